//! The list of faults, and what the source looks like with one of them.

use anyhow::{anyhow, bail};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;

/// A deliberate mistake, and what should notice it.
#[derive(Debug)]
pub(super) struct Fault {
    /// What is wrong, in a few words joined by hyphens.
    pub(super) name: String,
    /// The file it is in, from the root of the project.
    pub(super) file: String,
    /// Text that stands there exactly once.
    pub(super) find: String,
    /// What stands there instead.
    pub(super) replace: String,
    /// What is run.
    pub(super) check: Check,
    /// The step of the audit's line that has to be beyond its bound; only where the audit is run.
    pub(super) line: Option<String>,
    /// Whether never coming to an end counts as noticing it.
    pub(super) hangs: bool,
}

/// What is run on a fault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Check {
    /// `cargo test` with these arguments.
    Tests(Vec<String>),
    /// `cargo xtask audit` of what is embedded.
    Audit,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Check::Tests(arguments) => write!(f, "cargo test {}", arguments.join(" ")),
            Check::Audit => f.write_str("cargo xtask audit"),
        }
    }
}

/// A fault as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    file: String,
    find: String,
    replace: String,
    /// The arguments of `cargo test`; or else
    test: Option<Vec<String>>,
    /// the step of a line of the audit.
    audit: Option<String>,
    #[serde(default)]
    hangs: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    fault: Vec<Entry>,
}

impl TryFrom<Entry> for Fault {
    type Error = anyhow::Error;

    fn try_from(entry: Entry) -> anyhow::Result<Fault> {
        let (check, line) = match (entry.test, entry.audit) {
            (Some(test), None) => (Check::Tests(test), None),
            (None, Some(step)) => (Check::Audit, Some(step)),
            _ => bail!("fault {}: expected either test or audit", entry.name),
        };
        Ok(Fault {
            name: entry.name,
            file: entry.file,
            find: entry.find,
            replace: entry.replace,
            check,
            line,
            hangs: entry.hangs,
        })
    }
}

/// The faults of a file, in its order.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Fault>> {
    let wrong = |e: &dyn fmt::Display| anyhow!("{}: {e}", path.display());
    let text = fs::read_to_string(path).map_err(|e| wrong(&e))?;
    let List { fault: entries } = toml::from_str(&text).map_err(|e| wrong(&e.message()))?;
    let faults = entries.into_iter().map(Fault::try_from);
    let faults: Vec<Fault> = faults.collect::<Result<_, _>>().map_err(|e| wrong(&e))?;
    let mut names = BTreeSet::new();
    if let Some(twice) = faults.iter().find(|f| !names.insert(&f.name)) {
        bail!("{}: found two faults called {}", path.display(), twice.name);
    }
    Ok(faults)
}

/// Those of the given names, or all where there are none.
pub(super) fn chosen<'a>(all: &'a [Fault], names: &[String]) -> anyhow::Result<Vec<&'a Fault>> {
    if names.is_empty() {
        return Ok(all.iter().collect());
    }
    let find = |name: &String| {
        let found = all.iter().find(|f| f.name == *name);
        found.ok_or_else(|| anyhow!("no fault is called '{name}': see cargo xtask faults --list"))
    };
    names.iter().map(find).collect()
}

impl Fault {
    /// What has to notice it, for people.
    pub(super) fn noticed_by(&self) -> String {
        match &self.line {
            Some(step) => format!("{}: {step}", self.check),
            None => self.check.to_string(),
        }
    }

    /// The text of its file below `root`, with the fault.
    pub(super) fn applied(&self, root: &Path) -> anyhow::Result<String> {
        let Fault { name, file, find, .. } = self;
        let text = fs::read_to_string(root.join(file)).map_err(|e| anyhow!("fault {name}: cannot read {file}: {e}"))?;
        match text.matches(find.as_str()).count() {
            1 if *find != self.replace => Ok(text.replacen(find.as_str(), &self.replace, 1)),
            1 => bail!("fault {name}: expected a change, found '{find}' replaced by itself"),
            count => {
                bail!("fault {name}: expected '{find}' once in {file}, found it {count} times")
            }
        }
    }
}

#[cfg(test)]
impl Fault {
    /// A fault to build others from.
    pub(super) fn example() -> Fault {
        Fault {
            name: "swap".to_owned(),
            file: "a.rs".to_owned(),
            find: String::new(),
            replace: String::new(),
            check: Check::Tests(Vec::new()),
            line: None,
            hangs: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    fn listed() -> Vec<Fault> {
        read(&root().join("tests/faults/faults.toml")).unwrap()
    }

    #[test]
    fn every_fault_of_the_list_is_found_once_in_its_file() {
        let faults = listed();
        assert!(faults.len() >= 40, "{} faults", faults.len());
        for fault in &faults {
            assert!(fault.applied(root()).is_ok(), "{:?}", fault.applied(root()));
        }
    }

    /// The text of any fault is gone once it is applied, and the test above would notice that instead of the mistake.
    #[test]
    fn a_fault_that_this_crates_tests_notice_names_which() {
        let itself = concat!(module_path!(), "::every_fault_of_the_list_is_found_once_in_its_file");
        for fault in listed() {
            let Check::Tests(arguments) = &fault.check else {
                continue;
            };
            if let [_, package, filters @ ..] = &arguments[..]
                && package == "xtask"
            {
                let others = filters.iter().all(|f| !itself.contains(f.as_str()));
                assert!(!filters.is_empty() && others, "{}", fault.name);
            }
        }
    }

    /// All sources below a folder of the project.
    fn sources(folder: &Path, all: &mut String) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => sources(&path, all),
                path if path.extension().is_some_and(|e| e == "rs") => all.push_str(&fs::read_to_string(path).unwrap()),
                _ => {}
            }
        }
    }

    /// The folder of each package, by its name.
    fn packages() -> BTreeMap<String, PathBuf> {
        let crates = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path());
        let all = crates.chain(["xtask", "tests", "tests/fuzz", "benches"].map(|name| root().join(name)));
        let named = all.filter_map(|folder| {
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
            let name = manifest.lines().find_map(|line| line.strip_prefix("name = "))?;
            Some((name.trim_matches('"').to_owned(), folder))
        });
        named.collect()
    }

    #[test]
    fn what_has_to_notice_a_fault_is_there() {
        let (packages, mut known) = (packages(), BTreeMap::new());
        for fault in listed() {
            let Check::Tests(arguments) = &fault.check else {
                continue;
            };
            let mut arguments = arguments.iter();
            let mut folder = None;
            while let Some(argument) = arguments.next() {
                match argument.as_str() {
                    "-p" => folder = arguments.next().and_then(|name| packages.get(name)),
                    "--lib" | "--bins" | "--doc" => {}
                    of_package => {
                        let folder = folder.unwrap_or_else(|| panic!("{}: a package that is there", fault.name));
                        if of_package == "--test" {
                            let test = folder.join("tests").join(arguments.next().unwrap());
                            let there = test.is_dir() || test.with_extension("rs").is_file();
                            assert!(there, "{}: no test program {}", fault.name, test.display());
                            continue;
                        }
                        // A module or a part of a function's name, perhaps with its modules before it.
                        let source = known.entry(folder).or_insert_with(|| {
                            let mut all = String::new();
                            ["src", "tests"].iter().for_each(|part| sources(&folder.join(part), &mut all));
                            all
                        });
                        let last = of_package.rsplit("::").find(|part| !part.is_empty()).unwrap();
                        let mut named = source.split("fn ").chain(source.split("mod ")).skip(1);
                        let is_named =
                            named.any(|rest| rest.split(['(', '<', ';', ' ']).next().unwrap().contains(last));
                        assert!(is_named, "{}: no test {of_package}", fault.name);
                    }
                }
            }
            assert!(folder.is_some(), "{}: a package that is there", fault.name);
        }
    }

    #[test]
    fn every_crate_has_a_fault_those_that_only_measure_the_others_too() {
        let faults = listed();
        let crates = fs::read_dir(root().join("crates")).unwrap();
        let mut folders: Vec<String> = crates
            .map(Result::unwrap)
            .filter(|e| e.path().is_dir())
            .map(|e| format!("crates/{}/src/", e.file_name().into_string().unwrap()))
            .collect();
        folders.push("xtask/src/".to_owned());
        for folder in folders {
            let found = faults.iter().any(|f| f.file.starts_with(&folder));
            assert!(found, "{folder}");
        }
    }

    #[test]
    fn lines_of_the_audit_have_faults_of_their_own() {
        let faults = listed();
        let lines: BTreeSet<_> = faults.iter().filter_map(|f| f.line.as_ref()).collect();
        assert!(lines.len() >= 6, "{lines:?}");
    }

    #[test]
    fn a_fault_whose_text_is_gone_or_stands_there_twice_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.rs"), "one two two").unwrap();
        let message = |find: &str, replace: &str| {
            let fault = Fault { find: find.to_owned(), replace: replace.to_owned(), ..Fault::example() };
            fault.applied(folder.path()).map_err(|e| e.to_string())
        };
        assert_eq!(message("one", "six").unwrap(), "six two two");
        assert_eq!(message("two", "six").unwrap_err(), "fault swap: expected 'two' once in a.rs, found it 2 times");
        assert!(message("three", "six").unwrap_err().contains("0 times"));
        assert!(message("one", "one").unwrap_err().contains("by itself"));
    }

    /// What is said of a list with this text.
    fn refused(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("faults.toml");
        fs::write(&path, text).unwrap();
        read(&path).unwrap_err().to_string()
    }

    const ENTRY: &str = "[[fault]]\nname = 'a'\nfile = 'b'\nfind = 'c'\nreplace = 'd'\n";

    #[test]
    fn an_unknown_name_and_a_name_given_twice_are_refused() {
        assert!(chosen(&listed(), &["no-such".to_owned()]).is_err());
        let message = refused(&format!("{ENTRY}test = []\n").repeat(2));
        assert!(message.contains("two faults called a"), "{message}");
    }

    #[test]
    fn a_fault_is_noticed_either_by_tests_or_by_a_line_of_the_audit() {
        for more in ["", "test = []\naudit = 'layer'\n"] {
            let message = refused(&format!("{ENTRY}{more}"));
            let expected = "fault a: expected either test or audit";
            assert!(message.ends_with(expected), "{message}");
        }
    }

    #[test]
    fn a_list_is_read_field_by_field_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("faults.toml");
        let second = ENTRY.replace("'a'", "'e'");
        let text = format!("{ENTRY}test = ['-p', 'x']\n{second}audit = 'layer'\nhangs = true\n");
        fs::write(&path, text).unwrap();
        let faults = read(&path).unwrap();
        let [a, e] = &faults[..] else { panic!("{faults:?}") };
        assert_eq!((&*a.name, &*a.file, &*a.find), ("a", "b", "c"));
        assert_eq!((&*a.replace, &a.line, a.hangs), ("d", &None, false));
        assert_eq!(a.noticed_by(), "cargo test -p x");
        assert_eq!((&*e.name, e.hangs), ("e", true));
        assert_eq!(e.noticed_by(), "cargo xtask audit: layer");
        let names = |chosen: &[&str]| -> Vec<String> {
            let chosen: Vec<String> = chosen.iter().map(|&n| n.to_owned()).collect();
            let found = super::chosen(&faults, &chosen).unwrap();
            found.iter().map(|f| f.name.clone()).collect()
        };
        assert_eq!(names(&[]), ["a", "e"]);
        assert_eq!(names(&["e"]), ["e"]);
        assert_eq!(names(&["e", "a"]), ["e", "a"]);
    }

    #[test]
    fn what_a_list_does_not_know_or_cannot_be_read_is_refused_by_its_path() {
        for text in [
            "fault = 1",
            "[[fault]]\nname = 'a'\n",
            &format!("{ENTRY}test = []\nhang = true\n"),
            &format!("{ENTRY}test = []\n[other]\n"),
        ] {
            let message = refused(text);
            assert!(message.contains("faults.toml: "), "{message}");
        }
        let absent = read(Path::new("no/such/list")).unwrap_err().to_string();
        assert!(absent.starts_with("no/such/list: "), "{absent}");
        let gone = Fault::example().applied(Path::new("no/such/root"));
        let gone = gone.unwrap_err().to_string();
        assert!(gone.starts_with("fault swap: cannot read a.rs: "), "{gone}");
    }
}
