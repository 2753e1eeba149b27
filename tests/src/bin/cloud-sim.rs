//! Simulates clouds for clients that know nothing of it: see `cloud-sim --help`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line program prints")]

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use clap::{Parser, ValueEnum};
use inventory_tests::simulator::faults::{NAMES, Rule};
use inventory_tests::simulator::fleet::Description;
use inventory_tests::simulator::{Settings, Simulator, Source, azure, gcp};

/// Simulates clouds for the command that is given, or prints what to put into the environment of a client and answers
/// until standard input ends.
#[derive(Debug, Parser)]
#[command(name = "cloud-sim", version, after_long_help = after_help())]
struct Options {
    /// How many machines each cloud has, up to 1,000,000
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(0..=1_000_000))]
    size: u64,

    /// What decides the machines: the same seed gives the same fleet
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// How many accounts, subscriptions or projects the machines are in
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    accounts: u16,

    /// How many regions the machines are in
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=50))]
    regions: u16,

    /// A description of the machines in YAML, in place of a seed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["size", "seed", "accounts", "regions"])]
    fleet: Option<PathBuf>,

    /// How long each answer is held back, in milliseconds
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    latency: u64,

    /// The most items on a page [default: the limit of each service]
    #[arg(long, value_name = "ITEMS")]
    page_size: Option<usize>,

    /// How long access tokens and temporary keys are good, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    token_lifetime: u64,

    /// What goes wrong: `CLOUD:CALL[@SCOPE]:WHEN:FAULT`; may be repeated
    #[arg(long = "fault", value_name = "RULE")]
    faults: Vec<Rule>,

    /// The port of the proxy, or of a cloud's endpoint: `proxy=3128`, `aws=4566`, `gcp=8088`; others are free ones
    #[arg(long = "port", value_name = "NAME=PORT", value_parser = read_port)]
    ports: Vec<(String, u16)>,

    /// The file for a line of JSON per exchange
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// The file for a copy of the certificate that clients of the proxy must trust
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,

    /// Answer the batches of Azure with 202 and the place of the result
    #[arg(long)]
    defer_batches: bool,

    /// How many reads each answer of Azure says to be left, one fewer each time [default: always 11999]
    #[arg(long, value_name = "COUNT")]
    reads: Option<u64>,

    /// Answer too many requests to Compute Engine with 429 instead of 403
    #[arg(long)]
    throttle_with_429: bool,

    /// The folder for copies of the files with credentials, such as Google's key file
    #[arg(long, value_name = "FOLDER")]
    credentials: Option<PathBuf>,

    /// How a client is led here, by environment variables
    #[arg(long, value_enum, default_value_t = Way::Proxy)]
    way: Way,

    /// A command that is run with these environment variables; at its end the counts are printed, and the simulator ends
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// How a client is led here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    /// By the proxy: the client asks for the clouds' real host names
    Proxy,
    /// By the clouds' own settings for other endpoints
    Endpoint,
}

fn after_help() -> String {
    let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
    format!(
        "Faults:\n  \
         CALL is the name of an operation, such as DescribeInstances, or `*`; SCOPE is an account or a region.\n  \
         WHEN counts the calls that the rule fits: `always`, `first=N`, `every=N`, `N`, `N-M`.\n  \
         FAULT is one of {}, or slow-body=MILLISECONDS.\n\n\
         Use:\n  \
         cloud-sim --size 5000 -- aws ec2 describe-instances\n  \
         cloud-sim --fault aws:DescribeInstances:2:truncated -- cloud-inventory my.aws_ec2.yml --list\n\n\
         The proxy's own address answers GET /statistics, GET /certificate.pem, POST /faults (rules, one a line) and POST /reset.",
        names.join(", ")
    )
}

fn read_port(text: &str) -> Result<(String, u16), String> {
    let (name, port) = text.split_once('=').ok_or("it is not written NAME=PORT")?;
    let port = port.parse().map_err(|_| format!("`{port}` is no port"))?;
    Ok((name.to_owned(), port))
}

impl Options {
    fn settings(self) -> Result<Settings, Box<dyn std::error::Error>> {
        let source = match &self.fleet {
            Some(file) => Source::Described(Description::read(file)?),
            None => Source::Seeded {
                seed: self.seed,
                size: self.size,
                accounts: self.accounts.into(),
                regions: self.regions.into(),
            },
        };
        Ok(Settings {
            source,
            latency: Duration::from_millis(self.latency),
            page_size: self.page_size,
            token_lifetime: Duration::from_secs(self.token_lifetime),
            faults: self.faults,
            ports: self.ports,
            log: self.log,
            keeps_exchanges: false,
            remembers_pages: false,
            azure: azure::Options {
                defers_batches: self.defer_batches,
                reads: self.reads,
                ..azure::Options::default()
            },
            gcp: gcp::Options { throttles_with_429: self.throttle_with_429, ..gcp::Options::default() },
        })
    }
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("cloud-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let (way, command) = (options.way, options.command.clone());
    let (certificate, credentials) = (options.certificate.clone(), options.credentials.clone());
    let simulator = Simulator::start(options.settings()?)?;
    if let Some(file) = certificate {
        fs::copy(simulator.certificate_file(), file)?;
    }
    if let Some(folder) = credentials {
        simulator.copy_credentials(&folder)?;
    }
    let environment = simulator.environment(way == Way::Proxy);
    let code = if let Some((program, arguments)) = command.split_first() {
        let status = Command::new(program).args(arguments).envs(environment).status()?;
        status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
    } else {
        for (name, value) in environment {
            println!("export {name}='{value}'");
        }
        // An end of standard input is a request to end that every shell and every parent process can make.
        io::stdin().read_to_end(&mut Vec::new())?;
        ExitCode::SUCCESS
    };
    eprintln!("{}", simulator.statistics().to_json());
    Ok(code)
}
