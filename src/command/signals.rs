//! Signals that ask the program to end.

use super::Failure;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Signals that come so close behind the first are the same: a program that ends others may ask one of them and then its group.
const AT_ONCE: Duration = Duration::from_millis(300);

/// What is true once the program is asked to end. Asked again, it ends at once.
///
/// # Errors
/// If signals cannot be watched.
pub fn asked_to_end() -> Result<Arc<AtomicBool>, Failure> {
    watch().map_err(|error| Failure::failed(format!("signals cannot be watched: {error}")))
}

fn watch() -> io::Result<Arc<AtomicBool>> {
    let (stop, again) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&again))?;
        flag::register(signal, Arc::clone(&stop))?;
    }
    let asked = Arc::clone(&stop);
    std::thread::spawn(move || {
        while !asked.load(Ordering::Relaxed) {
            std::thread::sleep(AT_ONCE / 6);
        }
        std::thread::sleep(AT_ONCE);
        again.store(true, Ordering::Relaxed);
    });
    Ok(stop)
}
