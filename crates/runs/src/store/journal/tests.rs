use super::*;
use std::fs;

#[test]
fn a_journal_is_whole_up_to_any_changed_byte_or_cut_within_a_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let (mut journal, _) = Journal::open(&path, 2).unwrap();
    for image in 0..3 {
        journal.keep(&[image; DIGEST], &[1.5, -2.0]).unwrap();
    }
    let whole = fs::read(&path).unwrap();
    let record = whole.len() / 3;
    for cut in 0..=whole.len() {
        let held = (cut % record == 0).then_some(cut / record);
        assert_eq!(images_held(&whole[..cut]), held, "cut at {cut}");
    }
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        assert_eq!(images_held(&damaged), None, "changed at {at}");
    }
    // An image that is there twice is one image.
    assert_eq!(images_held(&[&whole[..], &whole[..record]].concat()), Some(3));
}

#[test]
fn what_is_kept_is_known_again_up_to_the_first_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scans/a");
    let known = || Journal::open(&path, 2).unwrap().1;
    let (mut journal, _) = Journal::open(&path, 2).unwrap();
    for image in 0..3 {
        journal.keep(&[image; DIGEST], &[f32::from(image), -0.5]).unwrap();
    }
    let whole = fs::read(&path).unwrap();
    assert_eq!(known().len(), 3);
    let record = whole.len() / 3;
    for cut in 0..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        assert_eq!(known().len(), cut / record, "cut at {cut}");
    }
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&path, &damaged).unwrap();
        let (mut journal, before) = Journal::open(&path, 2).unwrap();
        assert_eq!(before.len(), at / record, "changed at {at}");
        // It goes on behind what is whole.
        journal.keep(&[9; DIGEST], &[1.0, 2.0]).unwrap();
        for (after, len) in [(known(), at / record + 1), (before.and(journal), at / record)] {
            assert_eq!(after.len(), len);
            let kept = after.get(&[9; DIGEST]).unwrap();
            assert_eq!(kept.as_deref(), Some(&[1.0, 2.0][..]));
        }
    }
}

#[test]
fn a_part_of_an_images_values_is_that_part() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, known) = Journal::open(&folder.path().join("a"), 5).unwrap();
    let values = [[0.0, 1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0, 9.0]];
    for (image, values) in (0..).zip(&values) {
        journal.keep(&[image; DIGEST], values).unwrap();
    }
    assert!(journal.holds(&[1; DIGEST]) && !journal.holds(&[2; DIGEST]));
    let known = known.and(journal);
    for (image, values) in (0..).zip(&values) {
        for (from, to) in [(0, 5), (1, 3), (4, 5), (2, 2)] {
            let place = known.place(&[image; DIGEST]).unwrap();
            assert_eq!(known.part(place, from..to).unwrap(), values[from..to]);
        }
    }
    assert_eq!(known.get(&[2; DIGEST]).unwrap(), None);
}

#[test]
fn what_another_journal_holds_is_known_up_to_its_first_damage_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a", "b"].map(|name| folder.path().join(name));
    for (path, first) in paths.iter().zip([0, 10]) {
        let (mut journal, _) = Journal::open(path, 1).unwrap();
        for image in [first, first + 1, 5] {
            journal.keep(&[image; DIGEST], &[image.into()]).unwrap();
        }
    }
    let mut cut = fs::read(&paths[1]).unwrap();
    cut.pop();
    fs::write(&paths[1], &cut).unwrap();
    let (journal, mut known) = Journal::open(&paths[0], 1).unwrap();
    known.add(&paths[1]).unwrap();
    assert_eq!(fs::read(&paths[1]).unwrap(), cut);
    assert_eq!(known.len(), 5);
    for image in [0, 1, 5, 10, 11] {
        let kept = known.get(&[image; DIGEST]).unwrap();
        assert_eq!(kept, Some(vec![f32::from(image)]));
        assert_eq!(journal.holds(&[image; DIGEST]), image < 10);
    }
}

#[test]
fn a_record_is_the_images_digest_its_values_and_the_digest_of_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in/a");
    let (mut journal, known) = Journal::open(&path, 2).unwrap();
    assert!(known.is_empty() && !journal.holds(&[7; DIGEST]));
    assert_eq!(journal.path(), path);
    journal.keep(&[7; DIGEST], &[1.5, -2.0]).unwrap();
    assert!(journal.holds(&[7; DIGEST]));
    let body = [&[7; 32][..], &1.5_f32.to_le_bytes(), &(-2.0_f32).to_le_bytes()].concat();
    let check = blake3::hash(&body);
    assert_eq!(fs::read(&path).unwrap(), [&body[..], &check.as_bytes()[..8]].concat());
    let (journal, known) = Journal::open(&path, 2).unwrap();
    assert!(!known.is_empty() && known.len() == 1 && journal.holds(&[7; DIGEST]));
    // Of another number of values it is no record, and the file is cut.
    let (_, known) = Journal::open(&path, 3).unwrap();
    assert!(known.is_empty());
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
}

#[test]
fn of_an_image_that_is_there_twice_the_first_record_counts_and_each_file_is_read_from_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a", "b"].map(|name| folder.path().join(name));
    for (path, value) in paths.iter().zip([1.0, 2.0]) {
        let (mut journal, _) = Journal::open(path, 1).unwrap();
        journal.keep(&[0; DIGEST], &[value]).unwrap();
        journal.keep(&[0; DIGEST], &[9.0]).unwrap();
    }
    let (_, mut known) = Journal::open(&paths[0], 1).unwrap();
    assert_eq!(known.add(&paths[1]).unwrap(), 2 * (32 + 4 + 8));
    assert_eq!(known.get(&[0; DIGEST]).unwrap(), Some(vec![1.0]));
    assert!(known.add(&folder.path().join("none")).is_err());
}
