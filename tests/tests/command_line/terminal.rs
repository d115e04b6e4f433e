//! A terminal is shown a bar, and everything else whole lines. `script` makes the terminal; where there is none, that
//! is said.
#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::path::Path;
use std::process::{Command, Stdio};
use streamscope_tests::harness::{executable, results};

fn words(out: &Path) -> Vec<String> {
    let given = ["reproduce", "--input-size", "32", "--blocks", "1.1", "--channels", "0..2", "--steps", "20"];
    let mut words = vec![executable().display().to_string()];
    words.extend(given.map(str::to_owned));
    words.extend(["--out".to_owned(), out.display().to_string()]);
    words
}

#[test]
fn a_terminal_is_shown_a_bar_and_a_file_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let [on_a_terminal, elsewhere] = ["terminal", "elsewhere"].map(|name| folder.path().join(name));
    let quoted: Vec<String> = words(&on_a_terminal).iter().map(|word| format!("'{word}'")).collect();
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &quoted.join(" "), "/dev/null"]);
    let Ok(output) = script.stdin(Stdio::null()).output() else {
        println!("skipped: there is no script that makes a terminal");
        return;
    };
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{shown}");
    for phase in ["center-neuron pictures [", "measurements ["] {
        assert!(shown.contains(phase), "{shown}");
    }
    // A line that is shown no more is cleared before others are written.
    let last = shown.find("block  channels").unwrap();
    let bar = shown.rfind(" left").unwrap();
    let cleared = shown.rfind("\u{1b}[2K").unwrap();
    assert!(bar < cleared && cleared < last, "{shown:?}");

    let words = words(&elsewhere);
    let output = Command::new(&words[0]).args(&words[1..]).output().unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains('\u{1b}') && !said.contains('[') && !said.contains('\r'), "{said:?}");
    assert!(results(&on_a_terminal) == results(&elsewhere));
}
