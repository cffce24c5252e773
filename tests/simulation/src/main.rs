//! `gewu-simulation`: see [`gewu_simulation`].

fn main() -> std::process::ExitCode {
    gewu_simulation::cli::run()
}
