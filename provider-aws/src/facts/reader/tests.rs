use super::*;

/// Reads an answer with what `reservations` holds.
fn read_answer(reservations: &str) -> Result<Page, String> {
    let text = format!(
        "<DescribeInstancesResponse><reservationSet>{reservations}</reservationSet><nextToken>a&lt;b</nextToken>\
         </DescribeInstancesResponse>"
    );
    read(text.as_bytes(), &mut Interner::default()).map_err(|error| error.to_string())
}

fn read_instance(members: &str) -> Result<String, String> {
    let page = read_answer(&format!("<item><instancesSet><item>{members}</item></instancesSet></item>"))?;
    Ok(page.instances.iter().map(|facts| facts.record.to_string()).collect())
}

#[test]
fn members_become_values_in_the_order_of_the_model() {
    let ids = "'owner_id': '', 'requester_id': '', 'reservation_id': ''";
    let rows = [
        ("", format!("{{{ids}, 'tags': {{}}}}")),
        // The order is the model's, and the last of two counts.
        (
            "<tagSet/><imageId>a</imageId><instanceId>i</instanceId><imageId>b</imageId>",
            format!("{{'tags': {{}}, 'instance_id': 'i', 'image_id': 'b', {ids}}}"),
        ),
        // Text in pieces, references, line ends; space belongs to a text but not to a number.
        (
            "<n:imageId x='&lt;1'> a<!-- c --><![CDATA[<&>]]>&amp;&#xD;\r\n</n:imageId>\n<amiLaunchIndex> +7\n</amiLaunchIndex>",
            format!("{{'image_id': ' a<&>&\\r\\n', 'ami_launch_index': 7, {ids}, 'tags': {{}}}}"),
        ),
        (
            "<ebsOptimized>true</ebsOptimized><monitoring><state/><metricCategoryIdSet><item>m</item><x/></metricCategoryIdSet>\
             </monitoring><productCodes/><stateReason/>",
            format!(
                "{{'ebs_optimized': True, 'state_reason': {{}}, 'product_codes': [], \
                 'monitoring': {{'metric_category_ids': ['m'], 'state': ''}}, {ids}, 'tags': {{}}}}"
            ),
        ),
        // What the table does not know is no member, whatever it holds.
        (
            "<new><item>5</item><instanceId>x</instanceId></new><placement><availabilityZone>eu-1ä</availabilityZone></placement>",
            format!(
                "{{'placement': {{'availability_zone': 'eu-1ä', 'region': 'eu-1'}}, {ids}, 'tags': {{}}}}"
            ),
        ),
        (
            "<tagSet><item><key>k</key></item><item><value>v</value></item><item><value>w</value><key>k</key></item></tagSet>",
            format!("{{'tags': {{'k': 'w', '': 'v'}}, {ids}}}"),
        ),
    ];
    for (members, expected) in rows {
        assert_eq!(read_instance(members), Ok(expected), "{members}");
    }
}

#[test]
fn a_value_that_is_none_is_named() {
    let long = "9".repeat(100);
    let rows = [
        ("<amiLaunchIndex>x</amiLaunchIndex>", "`ami_launch_index` is `x`, not an integer".to_owned()),
        ("<amiLaunchIndex/>", "`ami_launch_index` is ``, not an integer".to_owned()),
        ("<launchTime>now\n</launchTime>", "`launch_time` is `now\\n`, not a time".to_owned()),
        ("<imageId>a<b>c</b></imageId>", "`image_id` holds `b`, not a text".to_owned()),
        (
            &format!("<amiLaunchIndex>{long}</amiLaunchIndex>"),
            format!("`ami_launch_index` is `{}...`, not an integer", &long[..SHOWN]),
        ),
        (
            "<instanceState><code>?</code></instanceState><ebsOptimized/>",
            "`code` is `?`, not an integer".to_owned(),
        ),
    ];
    for (members, expected) in rows {
        let found = read_instance(&format!("{members}<instanceId>i-1</instanceId>"));
        assert_eq!(found, Err(format!("instance `i-1`: {expected}")), "{members}");
    }
    // Whether an answer is whole is told first: it can be asked for again.
    let cut = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><launchTime/>";
    let error = read(cut.as_bytes(), &mut Interner::default()).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Malformed::Cut));
}

#[test]
fn all_instances_of_an_answer_count() {
    let set = |id| format!("<instancesSet><item><instanceId>{id}</instanceId></item></instancesSet>");
    let reservations = format!(
        "<item>{}{}<reservationId>r-1</reservationId></item></reservationSet>\n<other/><reservationSet><item>{}</item>",
        set("a"),
        set("b"),
        set("c")
    );
    let page = read_answer(&reservations).unwrap();
    let ids: Vec<&str> = page.instances.iter().map(|facts| facts.id.as_str()).collect();
    assert_eq!((ids, page.next.as_deref()), (vec!["a", "b", "c"], Some("a<b")));
    let second = page.instances[1].record.as_map().unwrap();
    assert_eq!(second.get("reservation_id").and_then(Value::as_str), Some("r-1"));
}
