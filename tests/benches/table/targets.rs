//! The targets that the project has set itself, and whether they are met.

use std::fmt::Write as _;

use super::report::{Report, Subject};
use super::scene::{FLOOR, HAND_OVER, SCRIPT};
use super::{Section, ansible, warm};

/// A target: a number that is to be at most another one.
struct Target {
    what: String,
    seen: f64,
    most: f64,
}

/// Writes the targets for which there are numbers.
pub(crate) fn markdown(report: &Report) -> String {
    let parts = [floors, flatness, walls, starts, takeovers].map(|part| part(report));
    let targets: Vec<_> = parts.into_iter().flatten().collect();
    let mut text = String::new();
    if !targets.is_empty() {
        text.push_str("\n## Targets\n\n| | seen | at most | |\n|---|--:|--:|---|\n");
    }
    for Target { what, seen, most } in targets {
        let is_met = if seen <= most { "met" } else { "missed" };
        writeln!(text, "| {what} | {seen:.2} | {most} | {is_met} |").expect("a text takes a line");
    }
    text
}

/// CPU beside the floor.
fn floors(report: &Report) -> Vec<Target> {
    let mut targets = Vec::new();
    for subject in report.subjects(Section::Hosts).into_iter().filter(|subject| subject.hosts > 5_000) {
        for program in [SCRIPT, HAND_OVER] {
            let costs = report.cost(subject, program).zip(report.cost(subject, FLOOR));
            targets.extend(costs.map(|(ours, floor)| Target {
                what: format!("CPU : floor, {}, {} hosts, {program}", subject.name, subject.hosts),
                seen: ours.cpu / floor.cpu,
                most: 2.5,
            }));
        }
    }
    targets
}

/// Memory beside the output, and CPU per host beside that with fewer hosts.
fn flatness(report: &Report) -> Vec<Target> {
    let mut targets = Vec::new();
    let subjects = report.subjects(Section::Hosts);
    for many in subjects.iter().filter(|subject| subject.hosts > 50_000) {
        let Some(cost) = report.cost(many, SCRIPT) else { continue };
        let Subject { name, hosts, .. } = many;
        targets.push(Target {
            what: format!("peak memory : output, {name}, {hosts} hosts"),
            seen: cost.memory / cost.output,
            most: 1.5,
        });
        let few = subjects.iter().find(|few| few.name == *name && (5_000..50_000).contains(&few.hosts));
        if let Some((few, few_cost)) = few.and_then(|few| Some((few, report.cost(few, SCRIPT)?))) {
            targets.push(Target {
                what: format!("CPU per host, {name}, {hosts} : {} hosts", few.hosts),
                seen: (cost.cpu / *hosts as f64) / (few_cost.cpu / few.hosts as f64),
                most: 1.15,
            });
        }
    }
    targets
}

/// Walls beside the longest chains.
fn walls(report: &Report) -> Vec<Target> {
    let rows = report.rows.iter().filter(|row| row.subject.section == Section::FanOut);
    let targets = rows.filter_map(|row| {
        let what = format!("wall : longest chain, {}", row.subject.name);
        Some(Target { what, seen: row.cost().wall / row.least_wall?, most: 1.2 })
    });
    targets.collect()
}

/// Milliseconds of CPU of short runs.
fn starts(report: &Report) -> Vec<Target> {
    let mut targets = Vec::new();
    for subject in report.subjects(Section::Warm).into_iter().filter(|subject| subject.hosts == 100) {
        for program in [warm::VERSION, warm::LIST] {
            let cost = report.cost(subject, program);
            let what = format!("CPU in ms, {program}, {} hosts", subject.hosts);
            targets.extend(cost.map(|cost| Target { what, seen: cost.cpu * 1e3, most: 10.0 }));
        }
    }
    targets
}

/// Ansible with our plugin beside Ansible with hosts from memory, and the script route beside the plugin route.
fn takeovers(report: &Report) -> Vec<Target> {
    let mut targets = Vec::new();
    for subject in report.subjects(Section::Ansible) {
        let cpu = |program| report.cost(subject, program).map(|cost| cost.cpu);
        for program in [ansible::COLLECTION, ansible::KEPT] {
            targets.extend(cpu(program).zip(cpu(ansible::MEMORY)).map(|(ours, memory)| Target {
                what: format!("CPU, {}, {} hosts, {program} : from memory", subject.name, subject.hosts),
                seen: ours / memory,
                most: 1.3,
            }));
        }
        if subject.name == ansible::LIST_HOSTS {
            targets.extend(cpu(ansible::COLLECTION).zip(cpu(ansible::SCRIPT)).map(|(plugin, script)| {
                Target {
                    what: format!(
                        "CPU, {}, {} hosts, plugin route : script route",
                        subject.name, subject.hosts
                    ),
                    seen: plugin / script,
                    most: 0.125,
                }
            }));
        }
    }
    targets
}
