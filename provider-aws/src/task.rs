//! Work in tasks of its own.

use std::future::Future;

use inventory_core::discovery::{Error, ErrorKind};
use tokio::task::AbortHandle;

/// Makes a call, and reads its answer, in a task that may run on another thread; dropping the future ends it.
///
/// # Errors
/// When the task does not end by itself.
pub(crate) async fn elsewhere<T: Send + 'static>(
    operation: &'static str,
    call: impl Future<Output = T> + Send + 'static,
) -> Result<T, Error> {
    let task = tokio::spawn(call);
    let _end = End(task.abort_handle());
    task.await.map_err(|fault| Error::new(ErrorKind::BadResponse, operation, fault.to_string()))
}

/// Ends a task.
struct End(AbortHandle);

impl Drop for End {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::elsewhere;

    #[tokio::test]
    async fn what_nobody_waits_for_is_ended() {
        assert_eq!(elsewhere("Call", async { 1 }).await.unwrap(), 1);
        assert_eq!(
            elsewhere("Call", async { panic!("x") }).await.map_err(|error: _| error.operation),
            Err("Call")
        );
        let held = Arc::new(());
        let call = Arc::clone(&held);
        let mut waiting = Box::pin(elsewhere("Call", async move {
            std::future::pending::<()>().await;
            drop(call);
        }));
        assert!(futures::poll!(&mut waiting).is_pending());
        drop(waiting);
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
