//! The colours of messages and of `show`; a stream that is no terminal, and `NO_COLOR`, switch them off.

use anstyle::{AnsiColor, Color, Reset, Style};

const fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour)))
}

/// Errors.
pub const ERROR: Style = colour(AnsiColor::Red).bold();
/// Warnings.
pub const WARNING: Style = colour(AnsiColor::Yellow).bold();
/// Content.
pub const CONTENT: Style = colour(AnsiColor::Green);
/// Cues.
pub const CUE: Style = colour(AnsiColor::Yellow);
/// Sources and speakers.
pub const SOURCE: Style = colour(AnsiColor::Magenta).bold();
/// Places and jurisdictions.
pub const PLACE: Style = colour(AnsiColor::Cyan).underline();
/// Rules and numbers.
pub const FAINT: Style = Style::new().dimmed();
/// The end of any of them.
pub const RESET: Reset = Reset;
