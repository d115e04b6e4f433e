use super::*;
use crate::ablate::labelled::Labelled;
use crate::ablate::{AblateBy, AblatedChannels};
use crate::progress::Silent;
use crate::source::{Loaded, Source};
use crate::store::images_held;
use resnet::Isa;
use std::collections::BTreeSet;
use std::fs;
use std::num::NonZero;
use std::path::Path;

fn options(out: &Path) -> Ablate {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Ablate {
        source: Source::new(&root, None, Some(32)),
        images: root.join("fixtures/images"),
        labels: None,
        block: "2.1".parse().unwrap(),
        channels: AblatedChannels::Listed(Vec::new()),
        random_sets: 0,
        zooms: vec![1.0],
        by: AblateBy::Mean,
        threads: NonZero::new(2).unwrap(),
        isa: Isa::best(),
        out: out.to_owned(),
    }
}

/// Two copies of one image of one class, one of the same image and another class, and three other images.
fn some_images(folder: &Path) -> Labelled {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/images");
    let star = |at: usize| root.join(format!("star/star_0{at}.jpg"));
    let copy = folder.join("copy.jpg");
    fs::copy(star(0), &copy).unwrap();
    let images = [(star(0), 16), (star(1), 16), (copy, 16), (star(2), 16), (star(0), 3), (star(3), 16)];
    let images = images.map(|(path, class)| Image { path, class }).into();
    Labelled { images, classes: [(3, "a".to_owned()), (16, "star".to_owned())].into(), notes: Vec::new() }
}

/// What a pass finds on images, by a stand-in for the network that counts what it is asked; and which images it was asked of.
fn run(measuring: &Measuring<'_>, pass: &Pass) -> (bool, Vec<Vec<f32>>, Vec<usize>) {
    let asked = std::sync::Mutex::new(Vec::new());
    let work = |_: &mut Option<()>, image: &Image, bytes: &[u8]| {
        assert_eq!(bytes, fs::read(&image.path).unwrap());
        let place = measuring.labelled.images.iter().position(|other| other == image).unwrap();
        asked.lock().unwrap().push(place);
        Ok(vec![bytes.len() as f32, image.class as f32])
    };
    let mut found = Vec::new();
    let complete = pass.run(measuring, work, |values| found.push(values.to_vec())).unwrap();
    let mut asked = asked.into_inner().unwrap();
    asked.sort_unstable();
    (complete, found, asked)
}

#[test]
fn what_is_kept_is_not_asked_again_and_shards_are_complete_together() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    let loaded = options.source.clone().load().unwrap();
    let labelled = some_images(folder.path());
    let expected: Vec<Vec<f32>> = labelled
        .images
        .iter()
        .map(|image| vec![fs::metadata(&image.path).unwrap().len() as f32, image.class as f32])
        .collect();
    let of = |shard: Option<&str>| Measuring {
        options: &options,
        loaded: &loaded,
        labelled: &labelled,
        shard: shard.map(|shard| shard.parse().unwrap()),
        observer: &Silent,
    };
    let pass = Pass::means(&of(None), 2);
    let (complete, _, asked) = run(&of(Some("2/2")), &pass);
    assert_eq!((complete, asked), (false, vec![1, 3, 5]));
    let (complete, _, asked) = run(&of(Some("2/2")), &pass);
    assert_eq!((complete, asked), (false, vec![]));
    let (complete, found, asked) = run(&of(Some("1/2")), &pass);
    assert_eq!((complete, found), (true, expected.clone()));
    assert_eq!(asked, [0, 2, 4]);
    // A cut record is measured again, by whoever writes everything.
    let of_second = fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.path());
    let of_second: Vec<PathBuf> = of_second.filter(|path| path.to_string_lossy().ends_with(".2-of-2.part")).collect();
    let [path] = &of_second[..] else { panic!("{of_second:?}") };
    let bytes = fs::read(path).unwrap();
    assert_eq!(images_held(&bytes), Some(3));
    fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
    let (complete, found, asked) = run(&of(None), &pass);
    assert_eq!((complete, found, asked), (true, expected, vec![5]));
    forget(&options).unwrap();
    let left: Vec<String> =
        fs::read_dir(folder.path()).unwrap().flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(left, ["copy.jpg"]);
}

#[test]
fn a_pass_has_another_key_for_whatever_determines_its_findings() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    let loaded = options.source.clone().load().unwrap();
    let labelled = some_images(folder.path());
    let first = Measuring { options: &options, loaded: &loaded, labelled: &labelled, shard: None, observer: &Silent };
    let site = first.site();
    let ablated = |channels: &[(usize, f32)]| Some(Ablation { site, channels: channels.to_vec() });
    let plain = [None, ablated(&[(3, 0.5), (4, 0.0)])];
    let key = |of: &Measuring<'_>, ablations: &[Option<Ablation>], zooms: &[f64]| {
        Pass::right(of, "any name", ablations, zooms).key
    };
    let base = key(&first, &plain, &[1.0]);
    // A literal one: a name that changes leaves what was kept before alone, and must be meant to.
    assert_eq!(base, "0f3b06b492f96235bbd33810b49f987a4bfb0bf667a9e10863b639b30c9b1057");
    let mut all = BTreeSet::from([base.clone(), Pass::means(&first, 32).key]);
    let means_of_more = Pass::means(&first, 33);
    assert!(!all.insert(means_of_more.key), "how many channels there are follows from the weights");
    let other_block = Ablate { block: "3.1".parse().unwrap(), ..options.clone() };
    let resized = |change: fn(&mut resnet::Preprocessing)| {
        let mut loaded = options.source.clone().load().unwrap();
        change(&mut loaded.preprocessing);
        loaded
    };
    let others: [Loaded; 5] = [
        resized(|of| of.size += 1),
        resized(|of| of.resize += 1),
        resized(|of| of.colors.mean[1] += 0.25),
        resized(|of| of.colors.std[2] += 0.25),
        Loaded { digest: "another".to_owned(), ..options.source.clone().load().unwrap() },
    ];
    for other in &others {
        assert!(all.insert(key(&Measuring { loaded: other, ..first }, &plain, &[1.0])));
    }
    let elsewhere = key(&Measuring { options: &other_block, ..first }, &plain, &[1.0]);
    assert!(all.insert(elsewhere));
    for (ablations, zooms) in [
        (vec![None], vec![1.0]),
        (vec![None, None], vec![1.0]),
        (vec![ablated(&[(3, 0.5), (4, 0.0)])], vec![1.0]),
        (vec![ablated(&[(3, 0.5), (4, 0.0)]), None], vec![1.0]),
        (vec![None, ablated(&[(3, 0.5)])], vec![1.0]),
        (vec![None, ablated(&[(3, 0.5)]), ablated(&[(4, 0.0)])], vec![1.0]),
        (vec![None, ablated(&[(3, 0.5), (5, 0.0)])], vec![1.0]),
        (vec![None, ablated(&[(3, 0.5), (4, -0.0)])], vec![1.0]),
        (vec![None, ablated(&[(3, 0.5_f32.next_up()), (4, 0.0)])], vec![1.0]),
        (plain.to_vec(), vec![1.1]),
        (plain.to_vec(), vec![1.0, 1.1]),
        (plain.to_vec(), vec![1.1, 1.0]),
    ] {
        assert!(all.insert(key(&first, &ablations, &zooms)), "{ablations:?} {zooms:?}");
    }
    // Neither threads nor instruction sets nor shards, nor what it is called on the way.
    let threads = Ablate { threads: NonZero::new(7).unwrap(), isa: Isa::supported()[0], ..options.clone() };
    let shard = Some("1/2".parse().unwrap());
    assert_eq!(key(&Measuring { options: &threads, shard, ..first }, &plain, &[1.0]), base);
    // In a journal, an image is known by its bytes and its class.
    let [digest, other_bytes, other_class] = [named(b"a", 1), named(b"b", 1), named(b"a", 2)];
    assert!(digest != other_bytes && digest != other_class && digest == named(b"a", 1));
}
