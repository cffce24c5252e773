// swift-tools-version: 6.0
// The shell for iPhones. What stands in `Generated` is written by `ios-shell/generate` and never committed.
import PackageDescription

#if os(macOS)
// Made by `ios-shell/framework` on a Mac: the static library for phone and simulator with its header.
let bindings: Target = .binaryTarget(name: "GewuBindingsFFI", path: "Generated/GewuBindingsFFI.xcframework")
#else
// The header; the library that the workspace built is named to the linker by `ios-shell/run`.
let bindings: Target = .systemLibrary(name: "GewuBindingsFFI", path: "Generated/GewuBindingsFFI")
#endif

var targets: [Target] = [
    bindings,
    // What the generator wrote is Swift 5; ours is 6.
    .target(
        name: "GewuBindings", dependencies: ["GewuBindingsFFI"], path: "Generated/GewuBindings",
        swiftSettings: [.swiftLanguageMode(.v5)]
    ),
]
var products: [Product] = []

#if os(Linux)
targets += [
    .systemLibrary(name: "LibCrypto", path: "Tests/LibCrypto"),
    .testTarget(name: "ConformanceTests", dependencies: ["GewuBindings", "LibCrypto"]),
]
#endif

let package = Package(
    name: "GewuShell", defaultLocalization: "zh-Hans", platforms: [.iOS(.v17), .macOS(.v14)],
    products: products, targets: targets
)
