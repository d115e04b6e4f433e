//! The flags that a command declares: read from its help.

use streamscope_tests::harness::{program, succeed};

/// The names of all commands.
pub(crate) fn commands() -> Vec<String> {
    let help = succeed(&mut program(&["--help"]));
    let listed = help.lines().skip_while(|l| *l != "Commands:").skip(1);
    let names = listed.take_while(|l| !l.is_empty()).filter_map(|line| {
        let name = line.strip_prefix("  ")?;
        let name = (!name.starts_with(' ')).then(|| name.split(' ').next().unwrap())?;
        (name != "help").then(|| name.to_owned())
    });
    names.collect()
}

/// The heading of a flag's own lines: two spaces and a positional argument, or six and a long flag.
fn heading(line: &str) -> Option<String> {
    let indented = line.len() - line.trim_start().len();
    let text = line.trim_start();
    let word = text.split([' ', '.']).next()?;
    if indented == 6 && word.starts_with("--") {
        return Some(word.to_owned());
    }
    let positional = indented == 2 && (text.starts_with('<') || text.starts_with('['));
    positional.then(|| format!("<{}>", word.trim_matches(['<', '>', '[', ']'])))
}

/// Each flag of a command with its words in one line, `--help` left out.
fn described(command: &str) -> Vec<(String, String)> {
    let help = succeed(&mut program(&[command, "--help"]));
    let mut found: Vec<(String, String)> = Vec::new();
    let listed = help.lines().skip_while(|l| *l != "Arguments:" && *l != "Options:");
    for line in listed {
        match (heading(line), found.last_mut()) {
            (Some(name), _) => found.push((name, line.trim().to_owned())),
            (None, Some((_, words))) if !line.starts_with("  -h, --help") => {
                words.push(' ');
                words.push_str(line.trim());
            }
            _ => {}
        }
    }
    found
}

/// The flags of a command, positional arguments in angle brackets.
pub(crate) fn flags(command: &str) -> Vec<String> {
    described(command).into_iter().map(|(name, _)| name).collect()
}

/// What the help says holds where a flag is not given.
pub(crate) fn default_of(command: &str, flag: &str) -> Option<String> {
    let all = described(command);
    let (_, words) = all.iter().find(|(name, _)| name == flag)?;
    let (_, rest) = words.split_once("[default: ")?;
    Some(rest.split_once(']')?.0.to_owned())
}

#[test]
fn a_help_text_is_read_whole() {
    assert_eq!(flags("verify"), ["<OUT>", "--sample", "--all", "--digests-only", "--weights", "--images", "--threads"]);
    assert_eq!(flags("bench")[0], "<SUBJECTS>");
    assert_eq!(flags("faults")[0], "<NAME>");
    assert_eq!(default_of("visualize", "--preset").unwrap(), "quick");
    assert_eq!(default_of("visualize", "--site"), None);
}
