namespace Embark.EndToEnd.Tests.Dashboard;

/// <summary>People who read the product page, more of them and fewer, until they have had enough.</summary>
internal sealed class Readers : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Task _reading;

    private Readers(Uri page) => _reading = ReadAsync(page);

    public static Readers Start(Uri page) => new(page);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync(Uri page)
    {
        for (var number = 0; !_stop.IsCancellationRequested; number++)
            try
            {
                using var answer = await _http.GetAsync(page, _stop.Token);
                await Task.Delay(TimeSpan.FromMilliseconds(260 + (160 * Math.Sin(number / 25.0))), _stop.Token);
            }
            catch (Exception failure) when (failure is OperationCanceledException or HttpRequestException)
            {
                // Enough, or a page that did not come: they try again.
            }
    }
}
