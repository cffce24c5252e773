//! Phones of one grid that work apart: what happened while they did not hear of each other.

use gewu_support::{Phone, Street, grid, place, sync_all};

/// Orders in which three phones may come back.
pub const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// Three inspectors of a grid, the handler of its community, and a supervisor.
pub struct Cast {
    /// A, B and C.
    pub inspectors: [Phone; 3],
    pub handler: Phone,
    pub supervisor: Phone,
}

/// What happened apart, and what must be seen of it everywhere.
pub struct Apart {
    pub code: String,
    /// Kinds of all acts, sorted.
    pub acts: Vec<&'static str>,
    pub round: u32,
    pub stage: &'static str,
}

impl Cast {
    pub fn join(street: &Street) -> Self {
        let inspector = |name| street.phone(name, "inspector", Some("01"));
        Self {
            inspectors: ["a", "b", "c"].map(inspector),
            handler: street.phone("handler", "handler", Some("east")),
            supervisor: street.phone("supervisor", "supervisor", None),
        }
    }

    pub fn street() -> Street {
        Street::begin(&place(&[grid("01", "east"), grid("02", "east")]))
    }

    /// A case that A reported and the handler handled, on the phones of all three.
    fn handled(&self) -> String {
        let [a, b, c] = &self.inspectors;
        let code = a.report(&["--class", "lamp", "--text", "路灯不亮"]).code;
        a.sync();
        self.handler.sync();
        self.handler.act(&code, "handle", &["--text", "换了灯泡"]);
        self.handler.sync();
        sync_all([a, b, c]);
        code
    }

    /// Both phones know themselves to be the only one who has it.
    fn nowhere_else(&self, phones: &[&Phone], code: &str) {
        for phone in phones {
            assert_eq!(phone.show(code)["delivery"], "on_this_phone");
            assert_eq!(phone.run(&["sync"]).code, Some(3), "there is no hub");
        }
    }

    /// A is offline; C closes, B gets it from the hub; then, without a hub, B reopens and A, who saw neither, closes.
    pub fn reopened_beside_a_close(&self, street: &mut Street) -> Apart {
        let [a, b, c] = &self.inspectors;
        let code = self.handled();
        c.act(&code, "close", &[]);
        c.sync();
        b.sync();
        street.kill_hub();
        b.act(&code, "reopen", &["--text", "又灭了"]);
        a.act(&code, "close", &[]);
        self.nowhere_else(&[a, b], &code);
        street.start_hub();
        Apart { code, acts: vec!["close", "close", "handle", "reopen", "report"], round: 1, stage: "filed" }
    }

    /// A closes, B's check fails.
    pub fn closed_beside_a_failed_check(&self, street: &mut Street) -> Apart {
        let [a, b, _] = &self.inspectors;
        let code = self.handled();
        street.kill_hub();
        a.act(&code, "close", &[]);
        b.act(&code, "check", &["--failed", "--text", "没修好"]);
        self.nowhere_else(&[a, b], &code);
        street.start_hub();
        Apart { code, acts: vec!["check", "close", "handle", "report"], round: 1, stage: "dispatched" }
    }

    /// A and B reopen; A's reopening is handled, and A goes on to close; B stays away all the time.
    pub fn reopened_twice_and_closed_once(&self, street: &mut Street) -> Apart {
        let [a, b, c] = &self.inspectors;
        let code = self.handled();
        c.act(&code, "close", &[]);
        c.sync();
        a.sync();
        b.sync();
        street.kill_hub();
        a.act(&code, "reopen", &["--text", "又灭了"]);
        b.act(&code, "reopen", &["--text", "还是不亮"]);
        self.nowhere_else(&[a, b], &code);
        street.start_hub();
        a.sync();
        self.handler.sync();
        self.handler.act(&code, "handle", &[]);
        self.handler.sync();
        a.sync();
        street.kill_hub();
        a.act(&code, "close", &[]);
        assert_eq!(a.show(&code)["state"]["stage"], "closed", "A has seen its own reopening only");
        self.nowhere_else(&[a, b], &code);
        street.start_hub();
        let acts = vec!["close", "close", "handle", "handle", "reopen", "reopen", "report"];
        Apart { code, acts, round: 2, stage: "filed" }
    }

    /// The phones come back in an order, and once more, so that everybody has heard of everything.
    pub fn come_back(&self, order: [usize; 3]) {
        for at in order.into_iter().chain(order) {
            self.inspectors[at].sync();
        }
    }
}
