//! The command line as the book shows it.

#[cfg(feature = "demo")]
use clap::CommandFactory;

use super::*;

#[cfg(feature = "demo")]
const PAGE: &str = include_str!("../../../docs/src/reference/command-line.md");

// The book is about the whole program.
#[cfg(feature = "demo")]
#[test]
fn the_book_shows_the_help() {
    let mut command = Arguments::command().term_width(100);
    command.build();
    let mut help = command.render_help().to_string();
    for name in ["check", "snapshot save", "diff", "demo"] {
        let mut shown = command.clone();
        for word in name.split(' ') {
            shown = shown.find_subcommand_mut(word).unwrap().clone();
        }
        let shown = shown.term_width(100).render_help();
        help = format!("{}\n\n$ cloud-inventory {name} --help\n{shown}", help.trim_end());
    }
    let shown = format!("```console\n$ cloud-inventory --help\n{}\n```", help.trim_end());
    let shown: Vec<&str> = shown.lines().map(str::trim_end).collect();
    let (_, page) = PAGE.split_once("<!-- begin help").unwrap();
    let (_, page) = page.split_once("-->\n").unwrap();
    let (page, _) = page.split_once("<!-- end help -->").unwrap();
    assert_eq!(
        page.trim(),
        shown.join("\n"),
        "put this into docs/src/reference/command-line.md:\n{}",
        shown.join("\n")
    );
}

#[test]
fn the_parser_is_sound() {
    Arguments::command().debug_assert();
}

#[test]
fn graph_takes_a_group_or_none() {
    let group = |arguments: &[&str]| {
        let parsed = Arguments::try_parse_from([&["cloud-inventory"], arguments].concat()).unwrap();
        (parsed.graph_group(), parsed.config_paths())
    };
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let rows: [(&[&str], Option<&str>, &[&str]); 6] = [
        (&["a.yml", "--graph"], Some("all"), &["a.yml"]),
        (&["a.yml", "--graph", "web"], Some("web"), &["a.yml"]),
        (&["--graph", file], Some("all"), &[file]),
        (&["--graph", "no-such-file.yml"], Some("all"), &["no-such-file.yml"]),
        (&["--graph", "web"], Some("web"), &[]),
        (&["a.yml", "--list"], None, &["a.yml"]),
    ];
    for (arguments, name, configs) in rows {
        let configs = configs.iter().map(PathBuf::from).collect();
        assert_eq!(group(arguments), (name.map(str::to_owned), configs), "{arguments:?}");
    }
}

#[test]
fn wrong_usage_is_refused() {
    let rows: [&[&str]; 4] =
        [&["--list", "--graph"], &["--vars", "--list"], &["--yaml", "--graph"], &["-q", "-v", "--list"]];
    for arguments in rows {
        assert!(
            Arguments::try_parse_from([&["cloud-inventory"], arguments].concat()).is_err(),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_misspelt_command_is_told_from_a_file() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    for (word, command) in [("chck", Some("check")), ("prod.yml", None), (file, None)] {
        let arguments = Arguments::try_parse_from(["cloud-inventory", word]).unwrap();
        assert_eq!(arguments.mistyped_command().as_deref(), command, "{word}");
    }
}
