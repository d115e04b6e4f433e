//! How much memory a scan takes for more images: in a process that does nothing else, since the system tells only the peak
//! of a whole process.
#![cfg(target_os = "linux")]

use runs::{Activations, Algorithm, Isa, Options, Seeds, Silent, Source};
use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::process::Command;

/// Names the folder of images of a child, and how many there are.
const FOLDER: &str = "STREAMSCOPE_TEST_FOLDER";

const FEW: u64 = 400;
const MANY: u64 = 4_400;

/// Center activations of an image: Input, Block and Output of two blocks of 128 channels, in single precision.
const VALUES: u64 = 2 * 3 * 128 * 4;

/// Bytes that an image may take, with what vectors and tables that double have too much: the name of its file twice, as
/// it is listed and as it is kept (56 and some 15); its digest twice (32 each), once in the order of names; where its record
/// is (17 of which a table may have twice as many, and while it grows half as many more); three numbers of its place in an
/// order. And those of a channel: see `OF_AN_IMAGE` in `photographs/channels.rs`.
const OF_AN_IMAGE: u64 = 2 * (56 + 15 + 32 + 32 + 17 + 24) + 60;

/// What of one site's activations may be in memory at once, read and turned: all of them here, no more than 16 MiB of
/// however many images ([`runs`] turns them in blocks).
const OF_A_BLOCK: u64 = 2 * 128 * 4;

/// What an allocator keeps that is free, one way or the other.
const ALLOCATOR: u64 = 2 << 20;

/// The most memory that this process ever held, in bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kib = line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap() * 1024
}

/// The peak of a process that does `work` with a folder of so many images. The test of this name is called again, in a child
/// that finds the folder.
fn peak_of(test: &str, images: u64, work: fn(&Path)) -> Option<u64> {
    if let Some(folder) = std::env::var_os(FOLDER) {
        work(Path::new(&folder));
        fs::write(Path::new(&folder).join("peak"), peak().to_string()).unwrap();
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("images")).unwrap();
    let image = root().join("fixtures/images/star/star_00.jpg");
    let first = folder.path().join("images/00000.jpg");
    fs::copy(image, &first).unwrap();
    for at in 1..images {
        fs::hard_link(&first, folder.path().join(format!("images/{at:05}.jpg"))).unwrap();
    }
    let mut child = Command::new(std::env::current_exe().unwrap());
    let output = child.args([test, "--exact"]).env(FOLDER, folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    // A child that finds no test of this name succeeds too.
    assert!(said.contains("1 passed"), "{said}");
    Some(fs::read_to_string(folder.path().join("peak")).unwrap().parse().unwrap())
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn source() -> Source {
    Source::new(&root(), None, Some(32))
}

/// Of a run as the command makes it, with one channel of each of the last two blocks.
fn reproduce(folder: &Path) {
    let options = Options {
        source: source(),
        images: Some(folder.join("images")),
        blocks: ["4.0", "4.1"].map(|block| block.parse().unwrap()).into(),
        channels: vec!["3".parse().unwrap()],
        preset: "smoke".parse().unwrap(),
        steps: 1,
        seeds: Seeds::one(0),
        variants: Vec::new(),
        convergence: None,
        whole_channels: false,
        threads: NonZero::new(2).unwrap(),
        isa: Isa::best(),
        out: folder.join("out"),
        replace: false,
    };
    runs::reproduce(&options, &Silent).unwrap();
}

fn activations(folder: &Path) {
    let sites = ["layer4.0.pre", "layer4.0.bn2", "layer4.0", "layer4.1.pre", "layer4.1.bn2", "layer4.1"];
    let request = Activations {
        source: source(),
        images: vec![folder.join("images")],
        sites: sites.map(|site| site.parse().unwrap()).into(),
        full: false,
        algorithm: Algorithm::Direct,
        threads: NonZero::new(2).unwrap(),
        isa: Isa::best(),
        shard: None,
        out: folder.join("a.npz"),
    };
    runs::activations(&request, &Silent).unwrap();
}

/// Holds what 4,000 more images take to what is allowed, which is less than what their activations are.
fn held(test: &str, work: fn(&Path)) {
    let (Some(few), Some(many)) = (peak_of(test, FEW, work), peak_of(test, MANY, work)) else { return };
    let more = MANY - FEW;
    let allowed = more * (OF_AN_IMAGE + OF_A_BLOCK) + ALLOCATOR;
    assert!(allowed + ALLOCATOR < more * VALUES, "{allowed} bytes would allow activations");
    let took = many.saturating_sub(few);
    assert!(took <= allowed, "{took} bytes for {more} images, allowed are {allowed}: {few} and {many}");
}

#[test]
fn a_run_holds_no_activations_of_more_images() {
    held("a_run_holds_no_activations_of_more_images", reproduce);
}

#[test]
fn an_archive_holds_no_activations_of_more_images() {
    held("an_archive_holds_no_activations_of_more_images", activations);
}
