//! The flags of `completions` and `man`.

use crate::small::text;
use crate::{Tested, declared};
use std::collections::BTreeSet;
use std::fs;
use streamscope_tests::harness::{program, run, succeed};

pub(crate) const COMPLETIONS: &[Tested] = &[("<SHELL>", each_shell_has_its_own_script)];
pub(crate) const MAN: &[Tested] = &[("--out", every_command_has_its_page)];

#[test]
fn each_shell_has_its_own_script() {
    let shells = ["bash", "elvish", "fish", "powershell", "zsh"];
    let scripts: BTreeSet<String> = shells.iter().map(|shell| succeed(&mut program(&["completions", shell]))).collect();
    assert_eq!(scripts.len(), shells.len());
    // Whatever the shell, it hears of every command and every flag, under the name that is installed.
    for script in &scripts {
        assert!(script.contains("streamscope") && !script.contains("cargo"), "{script}");
        for command in declared::commands() {
            assert!(script.contains(&command), "{command}");
            for flag in declared::flags(&command).iter().filter_map(|flag| flag.strip_prefix("--")) {
                assert!(script.contains(flag), "{command} --{flag}");
            }
        }
    }
    let output = run(&["completions", "tcsh"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(shells.iter().all(|shell| said.contains(shell)) && said.lines().count() == 1, "{said}");
}

#[test]
fn every_command_has_its_page() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a/man1");
    assert_eq!(succeed(&mut program(&["man", "--out", &text(&out)])), "");
    let names: BTreeSet<String> =
        fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    let commands = declared::commands();
    let mut pages: BTreeSet<String> = commands.iter().map(|c| format!("streamscope-{c}.1")).collect();
    pages.insert("streamscope.1".to_owned());
    // A command that takes another one has a page for each of these.
    pages.extend(["reproduce", "activations", "ablate"].map(|inner| format!("streamscope-slurm-{inner}.1")));
    assert_eq!(names, pages);
    for command in commands {
        // A hyphen is written so that nobody takes it for a dash.
        let page = fs::read_to_string(out.join(format!("streamscope-{command}.1"))).unwrap().replace("\\-", "-");
        for flag in declared::flags(&command).iter().filter(|flag| flag.starts_with("--")) {
            assert!(page.contains(flag), "{command} {flag}");
        }
    }
    let printed = succeed(&mut program(&["man"]));
    assert_eq!(printed, fs::read_to_string(out.join("streamscope.1")).unwrap());
    let taken = folder.path().join("taken");
    fs::write(&taken, "").unwrap();
    let output = run(&["man", "--out", &text(&taken)]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with(&format!("error: {}: cannot write", taken.display())), "{said}");
}
