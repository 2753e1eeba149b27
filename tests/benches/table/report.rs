//! All that was measured, as tables in Markdown and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Section;
use super::cost::{Contestant, Cost};
use super::scene::{FLOOR, PLUGIN};

/// What was measured with several programs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Subject {
    /// The part of the benchmark.
    pub(crate) section: Section,
    /// What there was besides hosts: the cloud, or what was asked.
    pub(crate) name: String,
    /// How many hosts there were.
    pub(crate) hosts: u64,
}

/// A program that was measured.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) subject: Subject,
    pub(crate) program: &'static str,
    pub(crate) rounds: Vec<Cost>,
    /// The least wall that there can be, in seconds, where it is known.
    pub(crate) least_wall: Option<f64>,
}

/// All that was measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) rows: Vec<Row>,
}

impl Row {
    /// Returns the cost: the least CPU and wall of all rounds, because what slows a program down is never the program,
    /// and the median of the memory.
    pub(crate) fn cost(&self) -> Cost {
        let sorted = |part: fn(&Cost) -> f64| {
            let mut parts: Vec<_> = self.rounds.iter().map(part).collect();
            parts.sort_by(f64::total_cmp);
            parts
        };
        let least = |part| sorted(part).first().copied().expect("a round");
        let memory = sorted(|cost| cost.memory);
        Cost {
            cpu: least(|cost| cost.cpu),
            wall: least(|cost| cost.wall),
            memory: memory[memory.len() / 2],
            output: least(|cost| cost.output),
        }
    }
}

impl Report {
    /// Adds what programs cost.
    pub(crate) fn add(&mut self, subject: &Subject, contestants: &[Contestant<'_>], costs: Vec<Vec<Cost>>) {
        for (contestant, rounds) in contestants.iter().zip(costs) {
            let (subject, program) = (subject.clone(), contestant.name);
            self.rows.push(Row { subject, program, rounds, least_wall: None });
        }
    }

    /// Sets the least wall that there can be for a subject, in seconds.
    pub(crate) fn set_least_wall(&mut self, subject: &Subject, seconds: f64) {
        for row in self.rows.iter_mut().filter(|row| row.subject == *subject) {
            row.least_wall = Some(seconds);
        }
    }

    /// Returns what a program cost.
    pub(crate) fn cost(&self, subject: &Subject, program: &str) -> Option<Cost> {
        self.rows.iter().find(|row| row.subject == *subject && row.program == program).map(Row::cost)
    }

    /// Returns the subjects of a section, in their order.
    pub(crate) fn subjects(&self, section: Section) -> Vec<&Subject> {
        let mut subjects: Vec<&Subject> = Vec::new();
        for row in self.rows.iter().filter(|row| row.subject.section == section) {
            if subjects.last() != Some(&&row.subject) {
                subjects.push(&row.subject);
            }
        }
        subjects
    }

    /// Writes the tables.
    pub(crate) fn markdown(&self, machine: &Value) -> String {
        let mut text = String::new();
        let mut line = |line: &str| writeln!(text, "{line}").expect("a text takes a line");
        for (name, value) in machine.as_object().into_iter().flatten() {
            line(&format!("- {name}: {}", value.as_str().unwrap_or_default()));
        }
        let mut section = None;
        for row in &self.rows {
            if section != Some(row.subject.section) {
                section = Some(row.subject.section);
                line(&format!("\n## {}\n", row.subject.section.name()));
                line(
                    "| | hosts | program | CPU | per host | wall | peak memory | output | CPU : floor | wall : least |",
                );
                line("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|");
            }
            line(&self.line(row));
        }
        let plugins = self.against_plugins();
        if !plugins.is_empty() {
            line("\n## The Python plugins : ours, script route\n");
            line("| | hosts | CPU | wall | peak memory |\n|---|--:|--:|--:|--:|");
            plugins.iter().for_each(|plugin| line(plugin));
        }
        text
    }

    fn line(&self, row: &Row) -> String {
        let Subject { name, hosts, .. } = &row.subject;
        let cost = row.cost();
        let floor = self.cost(&row.subject, FLOOR).filter(|_| row.program != FLOOR);
        let floor = floor.map(|floor| format!("{:.2}", cost.cpu / floor.cpu)).unwrap_or_default();
        let least = row.least_wall.map(|least| format!("{:.2}", cost.wall / least)).unwrap_or_default();
        let per_host = match hosts {
            0 => String::new(),
            hosts => format!("{:.0} µs", cost.cpu * 1e6 / *hosts as f64),
        };
        format!(
            "| {name} | {hosts} | {} | {} | {per_host} | {} | {:.0} MB | {} | {floor} | {least} |",
            row.program,
            seconds(cost.cpu),
            seconds(cost.wall),
            cost.memory,
            size(cost.output),
        )
    }

    fn against_plugins(&self) -> Vec<String> {
        let plugins = self.rows.iter().filter(|row| row.program == PLUGIN);
        let lines = plugins.filter_map(|row| {
            let Subject { name, hosts, .. } = &row.subject;
            let (plugin, ours) = (row.cost(), self.cost(&row.subject, super::scene::SCRIPT)?);
            let (cpu, wall) = (plugin.cpu / ours.cpu, plugin.wall / ours.wall);
            let memory = plugin.memory / ours.memory;
            Some(format!("| {name} | {hosts} | {cpu:.0} : 1 | {wall:.0} : 1 | {memory:.1} : 1 |"))
        });
        lines.collect()
    }

    /// Returns all numbers.
    pub(crate) fn json(&self, machine: &Value) -> Value {
        let of = |cost: &Cost| json!({"cpu": cost.cpu, "wall": cost.wall, "memory": cost.memory, "output": cost.output});
        let rows = self.rows.iter().map(|row| {
            let Subject { section, name, hosts } = &row.subject;
            json!({
                "section": section.name(), "name": name, "hosts": hosts, "program": row.program, "cost": of(&row.cost()),
                "least_wall": row.least_wall, "rounds": row.rounds.iter().map(of).collect::<Vec<_>>(),
            })
        });
        json!({
            "machine": machine,
            "units": {"cpu": "s", "wall": "s", "memory": "MB", "output": "MB"},
            "cost": "the least CPU and wall of all rounds, the median of the peak memory",
            "rows": rows.collect::<Vec<_>>(),
        })
    }
}

fn seconds(seconds: f64) -> String {
    match seconds {
        1.0.. => format!("{seconds:.2} s"),
        0.0995.. => format!("{:.0} ms", seconds * 1e3),
        _ => format!("{:.1} ms", seconds * 1e3),
    }
}

fn size(megabytes: f64) -> String {
    if megabytes < 0.1 { format!("{:.1} kB", megabytes * 1e3) } else { format!("{megabytes:.1} MB") }
}
