using System.Globalization;
using System.Net;

namespace Embark.Sandbox.Relay;

/// <summary><c>embark-sandbox relay ADDRESS:PORT MILLISECONDS</c>: a link with that round trip, until it is ended; says where it listens.</summary>
internal static class RelayCommand
{
    public static async Task<int> RunAsync(string target, string roundTrip, CancellationToken cancellationToken)
    {
        await using var relay = TcpRelay.Start(IPEndPoint.Parse(target), new RelayOptions { OneWay = TimeSpan.FromMilliseconds(int.Parse(roundTrip, CultureInfo.InvariantCulture) / 2.0) });
        Console.WriteLine($"listening on 127.0.0.1:{relay.Port}");
        await cancellationToken.WhenCancelled();
        return 0;
    }
}
