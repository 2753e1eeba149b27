//! The least work that an inventory of a simulated cloud can be: the floor that benchmarks compare `cloud-inventory` with.
//!
//! `floor aws|azure|gcp` asks the endpoint that the environment names, with the credentials that are there, for what
//! `cloud-inventory` asks; parses the answers with `quick-xml` or `serde_json` into trees; and writes the inventory that
//! the plugin's file of the benchmark makes, in the form of `--list`, with every variable of every host. A test compares
//! the two. It knows no rules, no failures, no other fields than the simulator's, and holds no more than it must: hosts
//! of AWS and Google Cloud are written page by page, those of Azure as soon as the lists are there that name their addresses.
#![expect(clippy::expect_used, clippy::panic, reason = "only benchmarks run it, and its failure is theirs")]

mod aws;
mod azure;
mod client;
mod gcp;
mod output;

use std::cell::RefCell;
use std::rc::Rc;

use tokio::runtime::Builder;
use tokio::task::LocalSet;

use self::output::Output;

/// Where all requests of the program write to.
type Shared = Rc<RefCell<Output>>;

fn main() {
    let cloud = std::env::args().nth(1).unwrap_or_default();
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let output = Rc::new(RefCell::new(Output::begin()));
    let tasks = LocalSet::new();
    tasks.block_on(&runtime, async {
        match cloud.as_str() {
            "aws" => aws::list(&output).await,
            "azure" => azure::list(&output).await,
            "gcp" => gcp::list(&output).await,
            other => panic!("`{other}` is none of aws, azure and gcp"),
        }
    });
    output.borrow_mut().finish();
}

/// Returns an environment variable that leads to the simulator.
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("there is no variable {name}"))
}
