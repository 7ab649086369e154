using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

public sealed class TokenFiles : IDisposable
{
    private readonly TestKubeconfig _files = new();

    public void Dispose() => _files.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task K10_A_token_file_that_changes_during_the_run_is_read_again()
    {
        await using var api = Serving();
        _files.Write("token", "one\n");
        using var client = Client(api);
        await ReadAsync(client);
        _files.Write("token", "two\n");
        await ReadAsync(client);
        Assert.Equal(["Bearer one", "Bearer two"], api.Requests.Select(request => request.Header("Authorization")));
    }

    [Fact(Timeout = 60_000)]
    public async Task K10_A_401_while_the_file_is_renewed_is_repeated_with_the_new_token()
    {
        await using var api = new RawApi(exchange =>
        {
            if (exchange.Header("Authorization") == "Bearer two")
                return RawApi.Answer(200, RawApi.ConfigMap("a"));
            _files.Write("token", "two");
            return RawApi.Status(401, "Unauthorized");
        });
        _files.Write("token", "one");
        using var client = Client(api);
        await ReadAsync(client);
        Assert.Equal(2, api.Requests.Count);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(null, "cannot be read")]
    [InlineData(" \n", "is empty")]
    [InlineData("a\nb", "something else than a token")]
    public async Task K10_A_token_file_that_cannot_be_used_is_named(string? text, string expected)
    {
        await using var api = Serving();
        if (text is not null)
            _files.Write("token", text);
        using var client = Client(api);
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(client));
        Assert.Equal(KubernetesFailure.Credentials, failed.Failure);
        Assert.Contains(Path.Combine(_files.Directory, "token"), failed.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failed.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A11_A_401_with_a_token_that_stays_the_same_is_not_repeated()
    {
        await using var api = new RawApi(_ => RawApi.Status(401, "Unauthorized"));
        _files.Write("token", "one");
        using var client = Client(api);
        Assert.Equal(KubernetesFailure.Credentials, (await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(client))).Failure);
        Assert.Single(api.Requests);
    }

    private KubernetesClient Client(RawApi api) => KubernetesClient.Connect(
        _files.Load(_files.Write("config", TestKubeconfig.Text(api.Address, api.Ca, "tokenFile: token"))), RawApi.Quick);

    private static RawApi Serving() => new(_ => RawApi.Answer(200, RawApi.ConfigMap("a")));

    private static Task<ConfigMap?> ReadAsync(KubernetesClient client) => client.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None);
}
