//! Which regions to ask, where the configuration lists none.

use std::sync::LazyLock;

use aws_sdk_ec2::operation::describe_regions::{
    DescribeRegions, DescribeRegionsError, DescribeRegionsInput, DescribeRegionsOutput,
};
use aws_smithy_runtime_api::client::interceptors::context::Input;
use inventory_core::config::suggest::closest;
use inventory_core::discovery::{Error, ErrorKind};

use crate::ec2::Operation;
use crate::failure::explain;
use crate::session::Session;
use crate::task::elsewhere;
use crate::xml;

static DESCRIBE_REGIONS: LazyLock<Operation> =
    LazyLock::new(|| Operation::of::<DescribeRegionsError>(&DescribeRegions::new()));

/// The regions of the commercial partition, for accounts that may not ask for theirs; botocore carries the same list.
const KNOWN_REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The regions of the other partitions.
const OTHER_REGIONS: &[&str] = &[
    "cn-north-1",
    "cn-northwest-1",
    "eu-isoe-west-1",
    "eusc-de-east-1",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
];

/// Returns all regions that this version knows; there may be newer ones.
pub(crate) fn known() -> impl Iterator<Item = &'static str> {
    KNOWN_REGIONS.iter().chain(OTHER_REGIONS).copied()
}

/// Tells whether this version knows a region.
pub(crate) fn is_known(region: &str) -> bool {
    known().any(|known| known == region)
}

/// Says why a name is none of the regions that this version knows, and which one is probably meant.
pub(crate) fn doubt(region: &str) -> Option<(String, Option<&str>)> {
    if is_known(region) {
        return None;
    }
    let zone_of = region.strip_suffix(|last: char| last.is_ascii_lowercase());
    Some(match zone_of.filter(|region| is_known(region)) {
        Some(meant) => (format!("`{region}` is a zone, not a region"), Some(meant)),
        None => (format!("`{region}` is no region that this version knows"), closest(region, known())),
    })
}

/// Returns the regions that are enabled for the account, and a warning where they are guessed.
///
/// Asks with `DescribeRegions`. Where that is not allowed, all regions of the commercial partition are taken, as the
/// plugin does; any other failure is an error.
pub(crate) async fn discover(session: &Session) -> Result<(Vec<String>, Option<String>), Error> {
    let (home, ec2) = (session.home_region(), session.home_ec2());
    let input = DescribeRegionsInput::builder().build();
    let input = input.map_err(|fault| Error::new(ErrorKind::Config, "DescribeRegions", fault.to_string()))?;
    let call = async move {
        ec2.call(&DESCRIBE_REGIONS, Input::erase(input), |answer| {
            xml::check(answer.body().bytes().unwrap_or_default())?;
            DESCRIBE_REGIONS.read::<DescribeRegionsOutput>(answer)
        })
        .await
    };
    let answer = elsewhere("DescribeRegions", call).await?;
    let answer = answer.map_err(|error| explain("DescribeRegions", home, &error));
    let (regions, reason): (Vec<String>, _) = match answer {
        Ok(answer) => {
            let names =
                answer.regions.unwrap_or_default().into_iter().filter_map(|region| region.region_name);
            (names.collect(), "`ec2:DescribeRegions` names no region")
        }
        Err(error) if error.kind == ErrorKind::Denied => (Vec::new(), "`ec2:DescribeRegions` is not allowed"),
        Err(error) => return Err(error),
    };
    if !regions.is_empty() {
        return Ok((regions, None));
    }
    let warning = format!(
        "{reason}: asking all {} regions known to this version; list `regions` to choose",
        KNOWN_REGIONS.len()
    );
    Ok((KNOWN_REGIONS.iter().map(|region| (*region).to_owned()).collect(), Some(warning)))
}
