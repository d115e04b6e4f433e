//! The flags of `inspect`.

use crate::Tested;
use crate::small::{embedded, text};
use serde_json::Value;
use streamscope_tests::harness::{program, succeed};

pub(crate) const FLAGS: &[Tested] =
    &[("<PATH>", the_file_is_the_one_that_is_named), ("--json", programs_are_told_the_same)];

#[test]
fn the_file_is_the_one_that_is_named() {
    let path = text(&embedded());
    let said = succeed(&mut program(&["inspect", &path]));
    assert!(said.starts_with(&format!("{path}: an .npz archive of 102 tensors\n")), "{said}");
    assert!(said.contains("network       resnet18: ") && said.contains("classes       20\n"), "{said}");
}

#[test]
fn programs_are_told_the_same() {
    let path = text(&embedded());
    let said = succeed(&mut program(&["inspect", &path, "--json"]));
    let found: Value = serde_json::from_str(&said).unwrap();
    let network = &found["network"];
    let lines = succeed(&mut program(&["inspect", &path]));
    let line = |words: &str| lines.lines().any(|line| line.trim_end() == words);
    assert!(line(&format!("network       {}", network["description"].as_str().unwrap())));
    assert!(line(&format!("digest        {}", network["digest"].as_str().unwrap())));
    let sites = network["sites"].as_array().unwrap();
    assert_eq!(sites.len(), 31);
    for site in sites {
        let name = site["site"].as_str().unwrap();
        assert!(lines.lines().any(|line| line.split(' ').next() == Some(name)), "{name}");
    }
}
