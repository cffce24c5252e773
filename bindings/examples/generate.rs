//! Writes Kotlin and Swift from the one release library: `cargo run --release -p gewu-bindings --example generate`.
//!
//! Arguments: the library, then the folder; absent: the library that was built with this program, and
//! `target/bindings`.

use std::path::{Path, PathBuf};

use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate_with_bindgen_paths};
use uniffi_bindgen::{BindgenPaths, BindgenPathsLayer};

/// Where the generator finds `uniffi.toml`, without asking cargo for it.
struct Own;

impl BindgenPathsLayer for Own {
    fn get_config_path(&self, _: &str) -> Option<camino::Utf8PathBuf> {
        Some(concat!(env!("CARGO_MANIFEST_DIR"), "/uniffi.toml").into())
    }
}

/// Writes `kotlin` and `swift` into a folder, emptying both before.
pub fn write(library: &Path, out: &Path) -> Result<(), Box<dyn std::error::Error>> {
    for (language, name) in [(TargetLanguage::Kotlin, "kotlin"), (TargetLanguage::Swift, "swift")] {
        let out = out.join(name);
        if out.exists() {
            std::fs::remove_dir_all(&out)?;
        }
        let options = GenerateOptions {
            languages: vec![language],
            source: library.to_path_buf().try_into()?,
            out_dir: out.try_into()?,
            ..GenerateOptions::default()
        };
        let mut paths = BindgenPaths::default();
        paths.add_layer(Own);
        generate_with_bindgen_paths(options, paths)?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let program = std::env::current_exe()?;
    let release = program.parent().and_then(Path::parent).ok_or("no folder")?;
    let target = release.parent().ok_or("no target folder")?;
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let library = arguments.next().unwrap_or_else(|| release.join("deps/libgewu_bindings.so"));
    let out = arguments.next().unwrap_or_else(|| target.join("bindings"));
    write(&library, &out)
}
