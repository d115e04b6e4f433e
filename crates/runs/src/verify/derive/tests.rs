use super::*;
use crate::testing::{Events, manifest};
use serde_json::json;

#[test]
fn a_value_that_differs_is_named_by_its_keys() {
    let mut found = Vec::new();
    let was = json!({ "a": { "b": [1, 2], "c": 3 }, "d": 4 });
    compare("x", &was, &was, &mut found);
    assert!(found.is_empty());
    let again = json!({ "a": { "b": [1], "c": 3 } });
    compare("x", &was, &again, &mut found);
    assert_eq!(
        found,
        ["manifest.json: x.a.b is [1,2], derived again it is [1]", "manifest.json: x.d is 4, derived again it is null"]
    );
}

#[test]
fn what_differs_between_two_files_is_named_by_cell_or_byte_and_a_missing_one_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let [was, again] = ["was", "again"].map(|name| folder.path().join(name));
    let put = |name: &str, first: &[u8], second: &[u8]| {
        write(&was.join(name), first).unwrap();
        write(&again.join(name), second).unwrap();
        of_files(&was, &again, name).unwrap()
    };
    assert_eq!(put("a.png", b"same", b"same"), Vec::<String>::new());
    assert_eq!(put("a.csv", b"a\n1\n", b"a\n1\n"), Vec::<String>::new());
    assert_eq!(put("b.png", b"abcd", b"abXd"), ["b.png: derived again it differs, first at byte 2"]);
    let cells = put("b.csv", b"block,channel\n1.1,3\n", b"block,channel\n1.1,4\n");
    assert!(cells.len() == 1 && cells[0].starts_with("b.csv: "), "{cells:?}");
    assert!(!cells[0].contains("at byte"), "{cells:?}");
    fs::remove_file(was.join("b.png")).unwrap();
    assert_eq!(of_files(&was, &again, "b.png").unwrap(), ["b.png: it is missing, and is derived"]);
}

#[test]
fn of_two_manifests_what_was_found_is_compared_and_not_how_the_run_went() {
    let mut was = manifest();
    was.jitter.extend([("fc".to_owned(), 16)]);
    let compared = |change: &dyn Fn(&mut Manifest)| {
        let mut again = was.clone();
        change(&mut again);
        of_manifests(&was, &again)
    };
    let unequal = compared(&|m| m.seed = 8);
    assert_eq!(unequal, ["manifest.json: seed is 7, derived again it is 8"]);
    for how in [
        (|m: &mut Manifest| m.program = "q".to_owned()) as fn(&mut Manifest),
        |m| m.build.compiler = "d".to_owned(),
        |m| m.instruction_set = "avx2".to_owned(),
        |m| m.threads = 2,
        |m| m.seconds.extend([("load".to_owned(), 1.0)]),
        |m| drop(m.files.insert("a".to_owned(), "b".to_owned())),
        |m| m.digest = "d".to_owned(),
        |m| m.network.weights = "elsewhere".to_owned(),
    ] {
        assert_eq!(compared(&how), Vec::<String>::new());
    }
    for what in [
        (|m: &mut Manifest| m.numerics_version = 3) as fn(&mut Manifest),
        |m| m.network.weights_digest = "e".to_owned(),
        |m| m.network.input_size = 32,
        |m| m.preset = "smoke".to_owned(),
        |m| m.recipe = Value::Null,
        |m| m.jitter.extend([("fc".to_owned(), 4)]),
        |m| drop(m.blocks.insert("1.1".to_owned(), vec![1])),
        |m| m.channels.push("1".to_owned()),
        |m| m.retried.push("1".to_owned()),
        |m| m.failed.push("1".to_owned()),
        |m| drop(m.made_from.insert("a".to_owned(), Vec::new())),
    ] {
        assert_eq!(compared(&what).len(), 1, "{:?}", compared(&what));
    }
}

#[test]
fn what_takes_time_is_passed_on_and_nothing_else() {
    let events = Events::default();
    let again = Again(&events);
    let phase = |total, done| Event::Phase { name: "x".into(), total, done };
    again.event(phase(2, 2));
    again.event(Event::Notice("told before".to_owned()));
    assert!(events.all().is_empty());
    for event in [phase(2, 1), Event::Advanced, Event::PhaseEnded] {
        again.event(event);
    }
    assert_eq!(events.all(), [phase(2, 1), Event::Advanced, Event::PhaseEnded]);
}
