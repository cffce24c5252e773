//! `gewu phone DIR capture` and `watch`: what goes on until it is done or stopped.

use std::io::Write as _;
use std::sync::Arc;

use gewu_device::{Changed, Device, Observer, ReportDraft};
use gewu_words::{ErrorCode, Word, say};
use serde_json::json;

use crate::Output;
use crate::problem::Problem;

/// Each id is printed, and flushed, after `Ok` returned: what was printed is on the disk.
pub fn capture(device: &Device, count: u32, class: Option<&str>) -> Result<(), Problem> {
    let class = match class {
        Some(class) => class.to_owned(),
        None => {
            let first = device.usual_classes(None)?.into_iter().next();
            first.ok_or_else(|| Problem::code(ErrorCode::ClassUnknown))?.key
        }
    };
    let mut out = std::io::stdout().lock();
    for number in 0..count {
        let draft = ReportDraft { class: class.clone(), text: format!("#{number}"), ..ReportDraft::default() };
        let saved = device.report(&draft)?;
        let line = json!({ "code": saved.code(), "record": saved.record, "entry": saved.entry });
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            return Ok(()); // Whoever read the ids has gone.
        }
    }
    Ok(())
}

struct Printer {
    output: Output,
}

impl Observer for Printer {
    fn changed(&self, changed: Changed) {
        let value = json!({ "cases": changed.cases, "status": changed.status, "revision": changed.revision });
        self.output.print(&value, |language| say(language, Word::PhoneChanged, &[("pages", &changed.revision)]));
    }
}

/// Runs the agent until the program is stopped.
pub fn watch(device: &Device, output: Output) {
    if !output.json {
        println!("{}", say(output.language, Word::PhoneWatching, &[]));
    }
    let _watch = device.observe(Arc::new(Printer { output }));
    device.start_agent();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    if let Ok(runtime) = runtime {
        let _ = runtime.block_on(tokio::signal::ctrl_c()); // Without signals the program runs until it is killed.
    }
}
