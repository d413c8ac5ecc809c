//! Mail: over SMTP, or into a folder where a demonstration can look at it.

mod compose;
mod folder;
mod smtp;

pub use folder::FolderMailer;
pub use smtp::SmtpMailer;
