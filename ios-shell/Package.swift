// swift-tools-version: 6.0
// The shell for iPhones. What stands in a folder `Generated` is written by `ios-shell/generate` and never committed.
import PackageDescription

#if os(Linux)
// The header; the library that the workspace built is named to the linker by `ios-shell/run`.
let core: Target = .systemLibrary(name: "GewuBindingsFFI", path: "Generated/GewuBindingsFFI")
// Enough of Apple's frameworks to type-check against, and the tests, which run where the core is a shared library.
let stubs = ["SwiftUI", "Security", "Network", "BackgroundTasks", "CoreLocation", "UIKit"]
let here: [Target] =
    stubs.map { .target(name: $0, path: "Stub/\($0)") } + [
        .systemLibrary(name: "LibCrypto", path: "Tests/LibCrypto"),
        // Only to type-check it; Xcode makes the app from the same file.
        .executableTarget(
            name: "App", dependencies: ["GewuModel", "GewuPlatform", "GewuScreens", "SwiftUI"], path: "App",
            exclude: ["Info.plist", "PrivacyInfo.xcprivacy", "Gewu.entitlements", "Assets.xcassets", "Generated"]),
        .target(name: "Street", path: "Tests/Street"),
        .executableTarget(name: "SwiftPhone", dependencies: ["GewuModel"], path: "Tests/SwiftPhone"),
        .testTarget(name: "ConformanceTests", dependencies: ["GewuBindings", "LibCrypto", "Street"]),
        .testTarget(name: "GewuModelTests", dependencies: ["GewuBindings", "GewuModel", "GewuPlatform", "Street", "SwiftPhone"]),
    ]
#else
// Made by `ios-shell/framework` on a Mac: the static library for phone and simulator with its header.
let core: Target = .binaryTarget(name: "GewuBindingsFFI", path: "Generated/GewuBindingsFFI.xcframework")
let stubs: [String] = []
let here: [Target] = []
#endif

let package = Package(
    name: "GewuShell", defaultLocalization: "zh-Hans", platforms: [.iOS(.v17), .macOS(.v14)],
    products: [
        .library(name: "GewuModel", targets: ["GewuModel"]),
        .library(name: "GewuScreens", targets: ["GewuScreens"]),
        .library(name: "GewuPlatform", targets: ["GewuPlatform"]),
    ],
    targets: [
        core,
        // What the generator wrote is Swift 5; ours is 6.
        .target(
            name: "GewuBindings", dependencies: ["GewuBindingsFFI"], path: "Generated/GewuBindings",
            swiftSettings: [.swiftLanguageMode(.v5)]
        ),
        .target(name: "GewuModel", dependencies: ["GewuBindings"]),
        .target(name: "GewuScreens", dependencies: ["GewuModel"] + stubs.filter { $0 == "SwiftUI" }.map { .byName(name: $0) }),
        .target(
            name: "GewuPlatform", dependencies: ["GewuModel"] + stubs.filter { $0 != "SwiftUI" }.map { .byName(name: $0) }),
    ] + here
)
