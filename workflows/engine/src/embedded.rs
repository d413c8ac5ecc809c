//! The files of law that the binary carries, so that it runs without any file beside it.

/// Names and texts, in the order of the folders.
pub(crate) const FILES: [(&str, &str); 6] = [
    ("calendars/kz.v1.toml", include_str!("../../calendars/kz.v1.toml")),
    ("definitions/appeal.v1.toml", include_str!("../../definitions/appeal.v1.toml")),
    ("definitions/clocks.v1.toml", include_str!("../../definitions/clocks.v1.toml")),
    ("definitions/rating.v1.toml", include_str!("../../definitions/rating.v1.toml")),
    ("definitions/request.v1.toml", include_str!("../../definitions/request.v1.toml")),
    ("definitions/routing.v1.toml", include_str!("../../definitions/routing.v1.toml")),
];

/// The list of those that are published, which all of them are.
pub(crate) const PUBLISHED: (&str, &str) = ("definitions/published.toml", include_str!("../../definitions/published.toml"));
