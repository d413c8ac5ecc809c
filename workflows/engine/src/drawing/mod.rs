//! A process as a picture that a head of department can read: SVG, in one language.
//!
//! States are boxes in columns, from filing to the ends. A box lists the acts that lead out of it, with who may do them, so that no label
//! stands on a line. From an act a line in the colour of the state after it joins that state's track in the gap between two columns; lines
//! to other columns go around all boxes in lanes above and below. So nothing lies on anything else, whatever the process.

mod content;
mod layout;
mod svg;
mod text;

use kernel::Locale;

use crate::Process;

impl Process {
    /// The process as an SVG picture: states with what the public sees of them, acts with who may do them, timers with their terms.
    #[must_use]
    pub fn draw(&self, locale: Locale) -> String {
        let content = content::gather(self, locale);
        let sheet = layout::place(&content);
        svg::write(&content, &sheet, locale)
    }
}

#[cfg(test)]
mod tests;
