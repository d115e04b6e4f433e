//! Notes what the program is built from: its source and its compiler.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new("../..");
    let compiler = Command::new(env::var_os("RUSTC").ok_or("expected RUSTC")?).arg("--version").output()?;
    println!("cargo::rustc-env=STREAMSCOPE_COMPILER={}", String::from_utf8(compiler.stdout)?.trim());
    println!("cargo::rustc-env=STREAMSCOPE_SOURCE={}", digest(root)?);
    for file in ["Cargo.lock", "Cargo.toml"] {
        println!("cargo::rerun-if-changed=../../{file}");
    }
    println!("cargo::rerun-if-changed=..");
    Ok(())
}

/// The digest of every file that the crates are built from, by name: manifests, source, fonts; and of the lock file.
fn digest(root: &Path) -> Result<String, Box<dyn Error>> {
    let mut files = vec![root.join("Cargo.lock"), root.join("Cargo.toml")];
    list(&root.join("crates"), &mut files)?;
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

/// The files below a folder, but tests, examples, what people read, and hidden files.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if name.starts_with('.') || name.ends_with(".md") || name == "tests" || name == "examples" {
            continue;
        }
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
