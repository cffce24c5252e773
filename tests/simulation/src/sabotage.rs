//! `gewu-sabotage`: the simulation with protections that can be switched off; `gewu-simulation --break` builds and runs it.

fn main() -> std::process::ExitCode {
    gewu_simulation::cli::run()
}
