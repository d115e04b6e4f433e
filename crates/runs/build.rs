//! Notes what the program is built from: its source and its compiler.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new("../..");
    let compiler = Command::new(env::var_os("RUSTC").ok_or("expected RUSTC")?)
        .arg("--version")
        .output()?;
    println!(
        "cargo::rustc-env=STREAMSCOPE_COMPILER={}",
        String::from_utf8(compiler.stdout)?.trim()
    );
    println!("cargo::rustc-env=STREAMSCOPE_SOURCE={}", digest(root)?);
    println!("cargo::rerun-if-changed=../../Cargo.lock");
    println!("cargo::rerun-if-changed=..");
    Ok(())
}

/// The digest of every Rust source file of the crates, by name, and of the lock file.
fn digest(root: &Path) -> Result<String, Box<dyn Error>> {
    let mut files = vec![root.join("Cargo.lock")];
    for package in fs::read_dir(root.join("crates"))? {
        let source = package?.path().join("src");
        if source.is_dir() {
            list(&source, &mut files)?;
        }
    }
    files.sort();
    let mut digest = blake3::Hasher::new();
    for file in files {
        // The same name on any system.
        let name: Vec<_> = file.iter().map(|part| part.to_string_lossy()).collect();
        digest.update(name.join("/").as_bytes()).update(b"\n");
        digest.update(blake3::hash(&fs::read(&file)?).as_bytes());
    }
    Ok(digest.finalize().to_hex().to_string())
}

/// The Rust files below a folder.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    Ok(())
}
