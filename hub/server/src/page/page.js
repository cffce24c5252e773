// Puts each new set of figures into <main>. Keeps what the reader was doing: scroll, focus, what was unfolded.
// Without this script the page is whole and stands still.
"use strict";

(() => {
    const retryMs = 5000;
    const main = document.getElementById("main");
    const said = document.getElementById("said");
    const lost = document.getElementById("lost");

    const rateSaid = () => document.getElementById("rate")?.dataset.said ?? "";

    const show = (html) => {
        const before = rateSaid();
        const [x, y] = [window.scrollX, window.scrollY];
        const focused = main.contains(document.activeElement) ? document.activeElement : null;
        const focusedId = focused?.id || focused?.parentElement?.id;
        const open = [...main.querySelectorAll("details[open]")].map((details) => details.id);
        main.innerHTML = html;
        for (const id of open) {
            const details = document.getElementById(id);
            if (details) details.open = true;
        }
        if (focusedId) {
            const again = document.getElementById(focusedId);
            (again?.querySelector(":scope > summary") ?? again)?.focus({ preventScroll: true });
        }
        window.scrollTo(x, y);
        // The live region stands outside <main>, or its replacement would not be read out.
        if (rateSaid() !== before) said.textContent = rateSaid();
    };

    const follow = () => {
        const source = new EventSource(document.body.dataset.events);
        source.onopen = () => { lost.hidden = true; };
        source.onmessage = (event) => {
            lost.hidden = true;
            show(JSON.parse(event.data).html);
        };
        source.onerror = () => {
            lost.hidden = false;
            // The browser tries again by itself unless the hub answered with a refusal.
            if (source.readyState === EventSource.CLOSED) setTimeout(follow, retryMs);
        };
        // Leaving the page is no lost link.
        window.addEventListener("pagehide", () => source.close(), { once: true });
    };

    // A page that comes back from the history cache has closed its source: follow again.
    window.addEventListener("pageshow", (event) => { if (event.persisted) follow(); });
    follow();
})();
