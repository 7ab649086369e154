using Embark.Sandbox.ApiServer;

namespace Embark.Sandbox.Tests.ApiServer;

/// <summary>A test class whose every test has an API server of its own and a client with all rights.</summary>
public abstract class ServerTest : IAsyncLifetime
{
    internal Server Api { get; private set; } = null!;

    internal ApiClient Client { get; private set; } = null!;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Api = await Server.StartAsync(new ApiServerOptions(), Cancel);
        Client = ApiClient.Master(Api);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Client.Dispose();
        await Api.DisposeAsync();
    }
}
