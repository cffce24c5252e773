//! What Kotlin and Swift see, as text: a change of it shows in review. `GEWU_WRITE=1` writes the snapshot anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "../examples/generate.rs"]
#[allow(dead_code, reason = "its own main is not called here")]
mod generate;

use std::path::Path;

/// Declarations and their members; without comments, converters and what follows from both.
fn surface(source: &str, heads: &[&str], members: &[&str], constructor: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut within = false;
    for line in source.lines() {
        let plain = line.replace('`', "");
        let trimmed = plain.trim().trim_end_matches([',', ';', '{', '(']).trim_end();
        let head = heads.iter().any(|head| line.starts_with(head))
            && !line.contains("FfiConverter")
            && !line.contains("Uniffi");
        if !constructor.is_empty() && trimmed.starts_with(constructor) {
            found.push(trimmed.to_owned());
        } else if head {
            within = true;
            found.push(trimmed.to_owned());
        } else if line.starts_with('}') || line.starts_with(')') {
            within = false;
        } else if within {
            let entry = !trimmed.is_empty() && trimmed.chars().all(|c| c.is_ascii_uppercase() || c == '_');
            let member = members.iter().any(|member| trimmed.starts_with(member));
            if (entry || member) && !trimmed.contains("niffi") {
                found.push(format!("    {trimmed}"));
            }
        }
    }
    found
}

fn generated() -> String {
    let program = std::env::current_exe().unwrap();
    let library = program.parent().unwrap().join("libgewu_bindings.so");
    let out = tempfile::tempdir().unwrap();
    generate::write(&library, out.path()).unwrap();
    let read = |path: &str| std::fs::read_to_string(out.path().join(path)).unwrap();
    let kotlin = surface(
        &read("kotlin/org/gewu/bindings/gewu_bindings.kt"),
        &[
            "public interface Device",
            "public interface Observer",
            "public interface Watch",
            "public interface KeyVault",
            "data class",
            "enum class",
            "sealed class Device",
            "sealed class Vault",
        ],
        &["fun ", "val ", "class "],
        "@Throws(DeviceException::class) fun open(",
    );
    let swift = surface(
        &read("swift/GewuBindings.swift"),
        &["public protocol", "public struct", "public enum", "enum "],
        &["func ", "public let", "case "],
        "public static func open(",
    );
    format!("# Kotlin\n{}\n\n# Swift\n{}\n", kotlin.join("\n"), swift.join("\n"))
}

#[test]
fn the_surface_is_as_reviewed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("surface.txt");
    let now = generated();
    if std::env::var_os("GEWU_WRITE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap();
    let differs = now.lines().zip(reviewed.lines()).find(|(now, then)| now != then);
    assert!(
        now == reviewed,
        "the surface changed, first at {differs:?}; GEWU_WRITE=1 writes bindings/surface.txt anew"
    );
}

#[test]
fn a_renamed_field_changes_the_surface() {
    let read = |source: &str| surface(source, &["data class"], &["val "], "");
    let before = "data class A (\n    /** x */\n    val `one`: kotlin.Int\n    ,\n)";
    assert_eq!(read(before), ["data class A", "    val one: kotlin.Int"]);
    assert_ne!(read(&before.replace("one", "two")), read(before));
}
