use super::*;
use crate::testing::{Events, load};
use std::fs;
use std::path::Path;

fn request(folder: &Path) -> Activations {
    let star = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/images/star");
    Activations {
        source: load(32).source,
        images: vec![star.join("star_00.jpg"), star.join("star_01.jpg")],
        sites: ["layer1.1", "layer2.0.bn2"].map(|s| s.parse().unwrap()).to_vec(),
        full: false,
        algorithm: Algorithm::Direct,
        threads: NonZero::new(2).unwrap(),
        isa: Isa::best(),
        shard: None,
        out: folder.join("a.npz"),
    }
}

fn written(request: &Activations) -> Vec<u8> {
    activations(request, &crate::Silent).unwrap();
    fs::read(&request.out).unwrap()
}

/// What an earlier command would have kept of every image of a request: values that no network gives.
fn keep_other_values(request: &Activations) -> PathBuf {
    let loaded = load(request.source.asked.input_size.unwrap()).computed(request.algorithm).unwrap();
    let sites: Vec<Site> = request.sites.iter().map(|site| loaded.architecture().site(site).unwrap()).collect();
    let scan = Scan {
        loaded: &loaded,
        sites: &sites,
        view: View::Plain,
        extent: match request.full {
            true => Extent::Whole,
            false => Extent::Center,
        },
        threads: request.threads,
        isa: request.isa,
    };
    let key = scan.key();
    let part = request.out.with_file_name(format!("a.npz.{}.part", &key[..16]));
    let (mut journal, _) = scan.journal(&part).unwrap();
    let values = |&(_, shape): &(Site, Shape)| match request.full {
        true => shape.channels * shape.height * shape.width,
        false => shape.channels,
    };
    let width: usize = scan.reader().unwrap().shapes().iter().map(values).sum();
    for image in &request.images {
        let digest = blake3::hash(&fs::read(image).unwrap());
        journal.keep(digest.as_bytes(), &vec![-777.0; width]).unwrap();
    }
    part
}

#[test]
fn what_is_kept_of_the_same_request_is_used_and_of_any_other_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let base = request(folder.path());
    let honest = written(&base);
    let part = keep_other_values(&base);
    // A new field does not compile here before it is varied.
    let Activations { source: _, images: _, sites: _, full: _, algorithm: _, threads: _, isa: _, shard: _, out: _ } =
        &base;
    let image = base.images[0].with_file_name("star_05.jpg");
    let others = [
        Activations { source: load(36).source, ..base.clone() },
        Activations { images: vec![image], ..base.clone() },
        Activations { sites: base.sites[..1].to_vec(), ..base.clone() },
        Activations { sites: base.sites.iter().rev().cloned().collect(), ..base.clone() },
        Activations { full: true, ..base.clone() },
        Activations { algorithm: Algorithm::Winograd, ..base.clone() },
    ];
    for other in others {
        let of_new = {
            let elsewhere = tempfile::tempdir().unwrap();
            written(&Activations { out: elsewhere.path().join("a.npz"), ..other.clone() })
        };
        assert!(written(&other) == of_new, "{other:?}");
        // It ended well, so nothing is kept of any request.
        assert!(!part.exists(), "{other:?}");
        keep_other_values(&base);
    }
    let events = Events::default();
    activations(&base, &events).unwrap();
    let kept = fs::read(&base.out).unwrap();
    assert!(kept != honest);
    assert_eq!(events.notices(), [format!("{}: goes on after 2 images that an earlier run read", part.display())]);
    assert!(!part.exists());
    // Neither threads nor instruction set are part of the request.
    keep_other_values(&base);
    let same = Activations { threads: NonZero::<usize>::MIN, isa: Isa::named("portable").unwrap(), ..base };
    assert!(written(&same) == kept);
}

#[test]
fn parts_of_this_archive_are_removed_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let (digits, key) = ("0123456789abcdef", "f".repeat(64));
    let parts = [format!("a.npz.{digits}.part"), format!("a.npz.{}.part", &key[..16])];
    let others = [
        format!("a.npz.{}.part", &digits[1..]),
        format!("a.npz.{digits}0.part"),
        "a.npz.0123456789abcdeg.part".to_owned(),
        format!("b.npz.{digits}.part"),
        format!("a.npz.{digits}"),
        format!("a.npz{digits}.part"),
        "a.npz".to_owned(),
    ];
    let put = |name: &String| fs::write(folder.path().join(name), "kept").unwrap();
    parts.iter().chain(&others).for_each(put);
    let part = Part::begin(&folder.path().join("a.npz"), &key, None).unwrap();
    assert_eq!(part.path(), folder.path().join(&parts[1]));
    assert_eq!(fs::read(part.path()).unwrap(), b"kept");
    let busy = Part::begin(&folder.path().join("a.npz"), &key, None).unwrap_err();
    assert!(matches!(busy, RunError::Busy { .. }), "{busy}");
    part.end().unwrap();
    let left = |name: &String| folder.path().join(name).exists();
    assert_eq!(parts.iter().filter(|name| left(name)).count(), 0);
    assert!(others.iter().all(left));
}

#[test]
fn of_a_command_that_read_nothing_no_part_is_left_and_of_one_that_did_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let begin = || Part::begin(&folder.path().join("a.npz"), &"0".repeat(64), None).unwrap();
    let path = begin().path().to_owned();
    assert!(!path.exists());
    fs::write(&path, "kept").unwrap();
    drop(begin());
    assert!(path.exists());
}

#[test]
fn a_site_twice_or_no_image_is_an_error_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let base = request(folder.path());
    let twice = Activations { sites: [&base.sites[..], &base.sites[1..]].concat(), ..base.clone() };
    let said = activations(&twice, &crate::Silent).unwrap_err().to_string();
    assert!(said.contains("layer2.0.bn2"), "{said}");
    let text = folder.path().join("a.txt");
    fs::write(&text, "no image").unwrap();
    let none = Activations { images: vec![text.clone()], ..base.clone() };
    let error = activations(&none, &crate::Silent).unwrap_err();
    assert!(matches!(error, RunError::NoImages { found: 1, .. }), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let one = Activations { images: vec![text, base.images[0].clone(), base.images[0].clone()], full: true, ..base };
    let scanned = activations(&one, &crate::Silent).unwrap();
    assert_eq!((scanned.read, scanned.skipped.len()), (2, 1));
    let shapes: Vec<_> = scanned.shapes.iter().map(|(site, s)| (site.to_string(), s.height, s.channels)).collect();
    let expected = [("layer1.1", 8, 16), ("layer2.0.bn2", 4, 32)];
    assert_eq!(shapes, expected.map(|(site, height, channels)| (site.to_owned(), height, channels)));
}

#[test]
fn what_shards_finished_of_the_same_archive_is_known_and_of_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npz");
    let (key, other) = ("0".repeat(64), "1".repeat(64));
    let shard = |text: &str| Some(text.parse().unwrap());
    for (key, shard) in [(&key, shard("2/3")), (&key, shard("1/3")), (&other, shard("3/3"))] {
        let part = Part::begin(&path, key, shard).unwrap();
        std::fs::write(part.path(), "x").unwrap();
    }
    for name in ["a.npz.0000000000000000.mine.part", "b.npz.0000000000000000.1-of-3.part"] {
        std::fs::write(folder.path().join(name), "x").unwrap();
    }
    let whole = Part::begin(&path, &key, None).unwrap();
    let names = ["1-of-3", "2-of-3"].map(|shard| folder.path().join(format!("a.npz.0000000000000000.{shard}.part")));
    assert_eq!(whole.of_shards().unwrap(), names);
    whole.end().unwrap();
    let mut left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["a.npz.0000000000000000.mine.part", "b.npz.0000000000000000.1-of-3.part"]);
}
