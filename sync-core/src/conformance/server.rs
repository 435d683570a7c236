//! The tests of a ledger whose documents are on a server.

/// The name by which the test harness knows a test of a module.
#[doc(hidden)]
#[must_use]
pub fn test_name(module: &str, test: &str) -> String {
    match module.split_once("::") {
        Some((_, inner)) => format!("{inner}::{test}"),
        None => test.to_owned(),
    }
}

/// Writes the two tests of a ledger on a server: [`check`](crate::conformance::check) and
/// [`check_parallel`](crate::conformance::check_parallel), and every promise has to be kept.
///
/// The argument is a type of the test crate that gives access to the server:
///
/// - `fn named() -> Option<Self>`: a separate place on the server of the environment; `None` skips the test.
/// - `async fn open(&self, store: &str) -> Result<L, E>`: the closure of [`check`](crate::conformance::check).
/// - `fn again(&self, test: &str) -> Command`: [`same_test`](crate::conformance::same_test), for the same place.
/// - `async fn clean_up(self)`: removes the place.
///
/// The test crate depends on `tokio` with the features `macros` and `rt-multi-thread`.
#[macro_export]
macro_rules! server_ledger_tests {
    ($server:ty) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn it_keeps_its_promises() {
            let Some(server) = <$server>::named() else {
                return;
            };
            let open = async |store: &str| server.open(store).await;
            let report = $crate::conformance::check(open).await;
            println!("{report}");
            report.assert_all_passed();
            server.clean_up().await;
        }

        #[test]
        fn it_keeps_its_promises_to_several_threads_and_processes() {
            fn block_on(work: std::pin::Pin<Box<dyn Future<Output = ()> + '_>>) {
                let mut runtime = tokio::runtime::Builder::new_current_thread();
                runtime.enable_all().build().unwrap().block_on(work);
            }
            let Some(server) = <$server>::named() else {
                return;
            };
            let open = async |store: &str| server.open(store).await;
            if $crate::conformance::is_child(open, block_on) {
                return;
            }
            let test = $crate::conformance::test_name(
                module_path!(),
                "it_keeps_its_promises_to_several_threads_and_processes",
            );
            let again = || server.again(&test);
            let report = $crate::conformance::check_parallel(open, block_on, again);
            println!("{report}");
            report.assert_all_passed();
            block_on(Box::pin(server.clean_up()));
        }
    };
}
