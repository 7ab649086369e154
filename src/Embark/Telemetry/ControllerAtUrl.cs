using System.Net.Sockets;

namespace Embark.Telemetry;

/// <summary>The controller at an address.</summary>
public sealed class ControllerAtUrl : IControllerRoute, IDisposable
{
    /// <summary>Largest answer taken, in bytes: some ten thousand calls.</summary>
    public const int MostBytes = 16 << 20;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private readonly Uri _address;
    private readonly HttpClient _http;

    /// <param name="address">http or https, with or without a path that its pages are below.</param>
    public ControllerAtUrl(Uri address)
    {
        _address = new UriBuilder(address) { Path = address.AbsolutePath.TrimEnd('/') + "/", Query = "", Fragment = "" }.Uri;
        // A proxy of the user's has no way to this machine.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = !address.IsLoopback })
        {
            Timeout = s_limit, MaxResponseContentBufferSize = MostBytes,
        };
    }

    /// <inheritdoc/>
    public string Place => _address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    /// <inheritdoc/>
    public async Task<ControllerAnswer> AskAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(_address, path), cancellationToken);
            return new((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new EmbarkException(FailureClass.ClusterUnavailable, $"the controller at {Place} does not answer: {Why(e)}",
                "check the address (--controller, else EMBARK_CONTROLLER_URL) and that the controller runs; without both it is asked through the cluster", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string Why(Exception failure) => failure switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => $"its answer is larger than {MostBytes >> 20} MiB",
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "connection refused",
        HttpRequestException e => Printable.Text((e.InnerException ?? e).Message),
        _ => $"nothing came within {s_limit.TotalSeconds:0} s",
    };
}
