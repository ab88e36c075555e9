//! Charts that several pages have.

use super::html::number;
use maud::{Markup, html};

/// Bars side by side.
pub(super) fn columns(periods: &[String], counts: &[u64], most: u64, label: &str) -> Markup {
    let gap = if counts.len() > 80 { 0.1 } else { 0.18 };
    html! {
        svg viewBox={ "0 0 " (counts.len()) " 100" } preserveAspectRatio="none" role="img" aria-label={ "Statements by " (label) } {
            @for (at, (&count, period)) in counts.iter().zip(periods).enumerate() {
                @if count > 0 {
                    @let height = (count as f64 * 100.0 / most as f64).max(2.0);
                    rect x=(format!("{:.2}", at as f64 + gap / 2.0)) y=(format!("{:.1}", 100.0 - height)) width=(format!("{:.2}", 1.0 - gap)) height=(format!("{height:.1}")) {
                        title { (period) ": " (number(count)) }
                    }
                }
            }
        }
    }
}
