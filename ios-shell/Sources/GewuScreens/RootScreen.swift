import GewuModel
import SwiftUI

/// The whole app: three tabs over one open phone, Report over them, a case above any.
public struct RootScreen: View {
    private let gewu: Gewu

    public init(_ gewu: Gewu) { self.gewu = gewu }

    public var body: some View {
        switch gewu.page {
        case .filled(let desk):
            Tabs(gewu: gewu, desk: desk, words: gewu.words)
        case .loading, .empty:
            ProgressView().ground()
        case .troubled(let trouble):
            ScrollView {
                TroubleCard(trouble: trouble, words: gewu.words, retry: gewu.open).padding(SpaceSize.s4)
            }
            .ground()
        }
    }
}

private struct Tabs: View {
    let gewu: Gewu
    let desk: Desk
    let words: Words
    @State private var isReporting = false

    var body: some View {
        TabView {
            NavigationStack {
                TodayScreen(desk: desk, words: words, report: report, resume: resume, model: desk.today).cases(desk, words)
            }
            .tabItem { Label(words(.navToday), systemImage: "list.bullet") }
            NavigationStack {
                SuperviseScreen(desk: desk, words: words, model: desk.supervise).cases(desk, words)
            }
            .tabItem { Label(words(.navSupervise), systemImage: "chart.line.uptrend.xyaxis") }
            NavigationStack {
                MeScreen(gewu: gewu, desk: desk, words: words, model: desk.me)
            }
            .tabItem { Label(words(.navMe), systemImage: "person") }
        }
        .tint(Tint.jade)
        .fullScreenCover(isPresented: $isReporting, onDismiss: ended) {
            if let report = desk.report {
                ReportScreen(desk: desk, words: words, model: report)
            }
        }
    }

    private func report() {
        desk.startReport()
        isReporting = true
    }

    private func resume() {
        desk.startReport(isResuming: true)
        isReporting = true
    }

    private func ended() {
        Task { await desk.endReport() }
    }
}

extension View {
    /// Where a tapped case leads.
    fileprivate func cases(_ desk: Desk, _ words: Words) -> some View {
        navigationDestination(for: String.self) { code in CaseScreen(desk: desk, words: words, code: code) }
    }
}
