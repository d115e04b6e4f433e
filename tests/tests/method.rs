//! `crates/METHOD.md` names what computes each rule, what holds it and where the audit looks: all of it is there.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const MARKS: [&str; 3] = ["*Computed by*", "*Held by*", "*Audit:*"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// What a rule of the page names.
#[derive(Debug, PartialEq)]
struct Rule {
    items: Vec<String>,
    tests: Vec<String>,
    steps: Vec<String>,
}

/// The words between backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every rule: a paragraph that has all three marks in their order. One that has some of them is a mistake.
fn rules(page: &str) -> Result<Vec<Rule>, String> {
    let mut rules = Vec::new();
    for paragraph in page.split("\n\n") {
        let places: Vec<Option<usize>> = MARKS.iter().map(|mark| paragraph.find(mark)).collect();
        match places[..] {
            [None, None, None] => {}
            [Some(computed), Some(held), Some(audit)] if computed < held && held < audit => rules.push(Rule {
                items: quoted(&paragraph[computed..held]),
                tests: quoted(&paragraph[held..audit]),
                steps: quoted(&paragraph[audit..]),
            }),
            _ => return Err(format!("it has not all of {MARKS:?}: {paragraph}")),
        }
    }
    Ok(rules)
}

/// Every source file at or below a path.
fn sources(path: &Path) -> Vec<String> {
    let (mut texts, mut paths) = (Vec::new(), vec![path.to_owned()]);
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == "rs") && path.is_file() {
            texts.push(fs::read_to_string(&path).unwrap());
        }
    }
    texts
}

/// Whether a public item of this name is declared in a text, with a comment of its own.
fn declares(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let declared = |line: &str| {
        let words = ["fn", "const fn", "struct", "enum", "const", "type", "trait"];
        words.iter().any(|word| {
            let rest = line.strip_prefix("pub ").and_then(|l| l.strip_prefix(word)).and_then(|l| l.strip_prefix(' '));
            rest.and_then(|l| l.strip_prefix(name))
                .is_some_and(|l| !l.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
    };
    // Attributes may stand between, of several lines too.
    let documented = |at: usize| {
        let mut above =
            lines[..at].iter().rev().take_while(|line| !line.is_empty() && !line.ends_with(['{', '}', ';']));
        above.any(|line| line.starts_with("///"))
    };
    lines.iter().enumerate().any(|(at, line)| declared(line) && documented(at))
}

/// What is wrong with `crate::modules::Type::item`, if anything.
fn missing_item(path: &str) -> Option<String> {
    let mut names = path.split("::");
    let folder = root().join("crates").join(names.next().unwrap_or_default()).join("src");
    // Modules are as public as the compiler's lint on unreachable items makes sure that they are.
    let is_type = |name: &&str| name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
    let names: Vec<&str> = names.collect();
    let (item, modules) = names.split_last()?;
    let of = modules.last().filter(|name| is_type(name));
    let found = sources(&folder).iter().any(|text| {
        let of_type = |name: &&str| {
            ["impl NAME {", "impl NAME<'_> {", "impl<'a> NAME<'a> {"]
                .iter()
                .any(|of| text.contains(&of.replace("NAME", name)))
        };
        declares(text, item) && of.is_none_or(of_type)
    });
    (!found).then(|| format!("{path} is no documented public item"))
}

/// What is wrong with `path::test`, if anything.
fn missing_test(named: &str) -> Option<String> {
    let (path, name) = named.rsplit_once("::")?;
    let found = sources(&root().join(path)).iter().any(|text| {
        let line =
            |line: &str| line.trim_start().strip_prefix("fn ").is_some_and(|l| l.starts_with(&format!("{name}(")));
        text.lines().any(line)
    });
    (!found).then(|| format!("{named} is no test"))
}

/// The steps of the audit of the embedded network, as `tests/flags` holds them.
fn steps() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("tests/tests/flags/audit_lines.json")).unwrap();
    let lines: Value = serde_json::from_str(&text).unwrap();
    let lines = lines["lines"].as_array().unwrap();
    let mut steps: BTreeSet<String> = lines.iter().map(|line| line["step"].as_str().unwrap().to_owned()).collect();
    // Those of reference values of these weights: `tests/command_line/audit.rs` requires them.
    steps.extend(["center activations", "center gradients", "chain", "same bits"].map(str::to_owned));
    steps
}

fn page() -> String {
    fs::read_to_string(root().join("crates/METHOD.md")).unwrap()
}

#[test]
fn every_item_test_and_step_of_the_method_exists() {
    let (rules, steps) = (rules(&page()).unwrap(), steps());
    assert!(rules.len() >= 40, "{} rules", rules.len());
    let mut wrong: Vec<String> = Vec::new();
    for rule in &rules {
        assert!(!rule.items.is_empty() && !rule.tests.is_empty(), "{rule:?}");
        wrong.extend(rule.items.iter().filter_map(|path| missing_item(path)));
        wrong.extend(rule.tests.iter().filter_map(|test| missing_test(test)));
        wrong.extend(
            rule.steps.iter().filter(|s| !steps.contains(*s)).map(|s| format!("'{s}' is no step of the audit")),
        );
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_sections_are_those_that_sources_cite() {
    let page = page();
    let sections: BTreeSet<char> = page.lines().filter_map(|l| l.strip_prefix("## ")?.chars().next()).collect();
    assert_eq!(sections, ('1'..='8').collect());
    let mut cited = 0;
    for folder in ["crates", "tests", "xtask", "benches"] {
        for text in sources(&root().join(folder)) {
            // A comment may break behind the comma.
            let text = text.replace("\n//! ", " ").replace("\n/// ", " ");
            for (at, mark) in text.match_indices("METHOD.md, section ") {
                // The mark itself stands in this file.
                if let Some(section) = text[at + mark.len()..].chars().next().filter(char::is_ascii_digit) {
                    assert!(sections.contains(&section), "section {section}");
                    cited += 1;
                }
            }
        }
    }
    assert!(cited >= 25, "{cited} citations");
}

#[test]
fn a_name_that_is_nowhere_is_found() {
    assert_eq!(missing_item("analysis::mix_ratio"), None);
    assert_eq!(missing_item("analysis::ScaleMeasures::scale_metric"), None);
    for path in ["analysis::mix", "analysis::clip", "analysis::Category::scale_metric", "reference::mix_ratio"] {
        assert!(missing_item(path).is_some(), "{path}");
    }
    assert_eq!(missing_test("crates/analysis/tests/mix.rs::clamping_ends_at_five"), None);
    for test in ["crates/analysis/tests/scale.rs::clamping_ends_at_five", "crates/analysis/tests/mix.rs::clamping"] {
        assert!(missing_test(test).is_some(), "{test}");
    }
    assert!(!declares("pub fn f() {}", "f") && declares("/// Does.\n#[must_use]\npub fn f() {}", "f"));
    assert!(rules("*Computed by* `a`. *Audit:* `b`.").is_err());
    let one = rules("Text.\n*Computed by* `a::b`, `c`. *Held by*\n`d::e`. *Audit:* `f`.\n\nNo rule.").unwrap();
    let strings = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect();
    assert_eq!(one, [Rule { items: strings(&["a::b", "c"]), tests: strings(&["d::e"]), steps: strings(&["f"]) }]);
}
