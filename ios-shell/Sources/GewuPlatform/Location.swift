#if canImport(CoreLocation)
import CoreLocation
import Foundation
import GewuModel

/// Where the phone is, once: asks for the right the first time, gives up after some seconds.
public struct Location: PlaceFinder {
    /// In a stairwell there is no fix, and nobody waits for one.
    public static let patience = Duration.seconds(8)

    public init() {}

    public func find() async -> PlaceFound {
        let search = await Search()
        let limit = Task {
            try await Task.sleep(for: Self.patience)
            await search.end(.none)
        }
        defer { limit.cancel() }
        return await search.run()
    }
}

/// One search; the manager calls back on the main thread, where it was made.
@MainActor
private final class Search: NSObject, CLLocationManagerDelegate {
    private let manager = CLLocationManager()
    private var waiting: CheckedContinuation<PlaceFound, Never>?

    func run() async -> PlaceFound {
        await withCheckedContinuation { continuation in
            waiting = continuation
            manager.desiredAccuracy = kCLLocationAccuracyNearestTenMeters
            // Setting it calls back with the present right, from which everything follows.
            manager.delegate = self
        }
    }

    func end(_ found: PlaceFound) {
        waiting?.resume(returning: found)
        waiting = nil
    }

    private func go(_ right: CLAuthorizationStatus) {
        switch right {
        case .notDetermined: manager.requestWhenInUseAuthorization()
        case .authorizedAlways, .authorizedWhenInUse: manager.requestLocation()
        default: end(.refused)
        }
    }

    nonisolated func locationManagerDidChangeAuthorization(_ manager: CLLocationManager) {
        let right = manager.authorizationStatus
        MainActor.assumeIsolated { go(right) }
    }

    nonisolated func locationManager(_ manager: CLLocationManager, didUpdateLocations locations: [CLLocation]) {
        let spot = locations.last.flatMap {
            Spot(latitude: $0.coordinate.latitude, longitude: $0.coordinate.longitude, accuracyM: $0.horizontalAccuracy)
        }
        MainActor.assumeIsolated { end(spot.map(PlaceFound.found) ?? .none) }
    }

    nonisolated func locationManager(_ manager: CLLocationManager, didFailWithError error: any Error) {
        MainActor.assumeIsolated { end(.none) }
    }
}
#endif
