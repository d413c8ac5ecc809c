//! The word that the process is to stop, for everyone who listens.

use tokio::sync::watch;

/// Tells everyone to stop.
pub(crate) struct Stop(watch::Sender<bool>);

/// Learns that it is time to stop.
#[derive(Clone)]
pub(crate) struct Stopping(watch::Receiver<bool>);

impl Stop {
    /// Nobody is to stop yet.
    pub(crate) fn new() -> (Stop, Stopping) {
        let (stop, stopping) = watch::channel(false);
        (Stop(stop), Stopping(stopping))
    }

    /// It is time.
    pub(crate) fn now(&self) {
        self.0.send_replace(true);
    }
}

impl Stopping {
    /// Whether it is time.
    pub(crate) fn is_now(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is time; that is also the case when nobody is left to say so.
    pub(crate) async fn wait(mut self) {
        drop(self.0.wait_for(|stop| *stop).await);
    }
}
