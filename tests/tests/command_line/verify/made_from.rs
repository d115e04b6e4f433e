//! What a run was made from: weights, photographs and journals, moved, changed, missing.

use super::*;

#[test]
fn weights_and_images_that_moved_are_asked_for_and_others_are_refused() {
    let finished = Finished::new(SMALL);
    for (from, to) in [("weights.npz", "w.npz"), ("images", "i")] {
        fs::rename(finished.path(from), finished.path(to)).unwrap();
    }
    let [weights, images, nowhere] = ["w.npz", "i", "nowhere"].map(|name| finished.path(name).display().to_string());
    let (code, said) = finished.verify(&[]);
    assert_eq!(code, 1);
    assert!(said.contains("not checked") && said.contains("--weights"), "{said}");
    let (code, said) = finished.verify(&["--weights", &weights, "--sample", "0"]);
    assert_eq!(code, 1);
    assert!(said.contains("not checked") && said.contains("--images"), "{said}");
    assert_eq!(finished.verify(&["--digests-only"]).0, 0);
    let (code, said) = finished.verify(&["--weights", &weights, "--images", &images]);
    assert_eq!(code, 0, "{said}");
    for wrong in [["--weights", &nowhere, "--images", &images], ["--weights", &weights, "--images", &nowhere]] {
        let (code, said) = finished.verify(&wrong);
        assert_eq!(code, 2);
        assert!(said.contains(&nowhere), "{said}");
    }
}

#[test]
fn a_photograph_that_changed_or_is_missing_is_named_and_what_follows_from_it_is_not() {
    let finished = Finished::new(SMALL);
    let record = finished.manifest().images.unwrap();
    assert_eq!(record.files.len(), record.read);
    let [changed, missing] = [3, 8].map(|at| {
        let (name, _) = record.files.iter().nth(at).unwrap();
        finished.path("images").join(name)
    });
    let mut bytes = fs::read(&changed).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&changed, bytes).unwrap();
    fs::remove_file(&missing).unwrap();
    let (code, said) = finished.verify(&["--sample", "0"]);
    assert_eq!(code, 1, "{said}");
    for (path, what) in [(changed, "the digest of the photograph is "), (missing, "the run read it, and it is missing")]
    {
        let expected = format!("{}: {what}", path.display());
        assert_eq!(said.matches(&expected).count(), 1, "{said}");
    }
    assert!(!said.contains("derived again it"), "{said}");
    assert_eq!(finished.verify(&["--digests-only"]).0, 0);
}

#[test]
fn a_journal_that_is_missing_emptied_or_short_of_an_image_is_named() {
    let finished = Finished::new(SMALL);
    let journals = finished.manifest().images.unwrap().journals;
    // One for the images as they are, and one for each other size.
    assert!(journals.len() > 1, "{journals:?}");
    for (journal, images) in journals {
        let name = format!("store/scans/{journal}");
        let path = finished.out().join(&name);
        let good = fs::read(&path).unwrap();
        let record = good.len() / images;
        let short = format!("it holds what was read of {} images, and the run read {images}", images - 1);
        for (bytes, expected) in [
            (None, "what was read of images is missing"),
            (Some(0), "it holds what was read of 0 images, and the run read "),
            (Some(good.len() - record), short.as_str()),
            (Some(good.len() - 1), "what was read of images is damaged"),
        ] {
            match bytes {
                None => fs::remove_file(&path).unwrap(),
                Some(length) => fs::write(&path, &good[..length]).unwrap(),
            }
            let (code, said) = finished.verify(&["--digests-only"]);
            assert_eq!(code, 1, "{said}");
            assert!(said.contains(&format!("{name}: {expected}")), "{said}");
        }
        fs::write(path, good).unwrap();
    }
    assert_eq!(finished.verify(&["--digests-only"]).0, 0);
}
