//! The libraries of the page are the files that were released.

use std::fs;
use std::path::Path;

/// Each file and its BLAKE3 digest, of the packages whose digests `src/page/vendor/README.md` has.
const FILES: [(&str, &str); 9] = [
    ("uplot-1.6.32/LICENSE", "80723da02446eaf6792b975295c3447a1492e3ca814b7645e8fbd366156b025a"),
    ("uplot-1.6.32/uPlot.iife.min.js", "ea2d16ff65797375a846049c0f0a17f68b47a2850b9c73f2816ecf040ec9f2ce"),
    ("uplot-1.6.32/uPlot.min.css", "70ead7542eab83ef6ff4269c1f139e3c40f5f59f98302552320b9f79188abba1"),
    ("virtual-core-3.19.11/LICENSE", "034bd43d702a57217cd431bdfa854c6be452290af0e14ea821d0b4ae20504e7e"),
    ("virtual-core-3.19.11/index.cjs", "d6104533d0a760612de275551ebb67b0cb088edc832d819eaa28a29b34a72426"),
    ("virtual-core-3.19.11/ios-gesture.cjs", "c34dcb334266ca14f41f55bccd5ccbae3b5c757c43a56ae3a75fbe7cbef977fa"),
    ("virtual-core-3.19.11/lazy-measurements.cjs", "76f45a65b0edf457549e1d12d29bd7187a7099d1d26b01b1584725d9d5ee4293"),
    ("virtual-core-3.19.11/scroll-classifier.cjs", "6a260e3203fbfef060d7864e90c66a8c392a024e044345b5f2c5806b2328e2a0"),
    ("virtual-core-3.19.11/utils.cjs", "58e742976a44ff8a701ab0223f9eaa4cfa75d103f8db56a0013c40efb7a5bbe8"),
];

#[test]
fn every_vendored_file_is_the_released_one_and_has_a_licence() {
    let vendor = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/page/vendor");
    let mut found = Vec::new();
    for folder in fs::read_dir(&vendor).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        assert!(folder.join("LICENSE").is_file(), "{}", folder.display());
        for file in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.strip_prefix(&vendor).unwrap().to_string_lossy().replace('\\', "/");
            found.push((name, blake3::hash(&fs::read(&file).unwrap()).to_hex().to_string()));
        }
    }
    found.sort();
    let expected: Vec<(String, String)> = FILES.map(|(name, digest)| (name.to_owned(), digest.to_owned())).into();
    assert_eq!(found, expected);
    let table = fs::read_to_string(vendor.join("README.md")).unwrap();
    for (name, version) in [("uPlot", "1.6.32"), ("virtual-core", "3.19.11")] {
        assert!(table.lines().any(|line| line.contains(name) && line.contains(version) && line.contains("sha512-")));
    }
}
