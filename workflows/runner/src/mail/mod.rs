//! Mail: over SMTP, or into a folder where a demonstration can look at it.

mod compose;
mod dkim;
mod folder;
mod smtp;

pub use compose::Sender;
pub use dkim::Dkim;
pub use folder::FolderMailer;
pub use smtp::SmtpMailer;
