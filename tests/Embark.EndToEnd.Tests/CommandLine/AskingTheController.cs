using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Embark.EndToEnd.Tests.CommandLine;

/// <summary>Whatever answers in the controller's place, the command line says what is wrong and what to do.</summary>
public sealed class AskingTheController
{
    private const string Empty = """{"apiVersion":"embark/v1","kind":"Topology","time":"2026-11-30T12:00:00Z","seconds":60,"services":[],"calls":[]}""";

    [Theory(Timeout = 60_000)]
    [InlineData("<!DOCTYPE html><html><body>Please log in.</body></html>")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"apiVersion":"embark/v1","kind":"Topology","time":"2026-11-30T12:00:00Z","seconds":60,"services":[null],"calls":[]}""")]
    [InlineData("""{"apiVersion":"embark/v1","kind":"Topology","time":"2026-11-30T12:00:00Z","seconds":60,"services":null,"calls":[]}""")]
    [InlineData("""{"apiVersion":"embark/v1","kind":"VmList","time":"2026-11-30T12:00:00Z","seconds":60,"services":[],"calls":[]}""")]
    public async Task What_is_no_answer_of_it_is_told(string body)
    {
        await using var there = Answering(Encoding.UTF8.GetBytes(body));
        var run = await EmbarkProgram.RunAsync("topology", "--controller", there.Address);

        run.ShouldEndWith(4);
        Assert.Contains("is no answer of Embark's controller", run.Error, StringComparison.Ordinal);
        Assert.Contains("fix: ", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact(Timeout = 60_000)]
    public async Task More_than_it_may_send_is_not_read()
    {
        await using var there = Answering(new byte[(16 << 20) + 1]);
        var run = await EmbarkProgram.RunAsync("topology", "--controller", there.Address);

        run.ShouldEndWith(4);
        Assert.Contains("larger than 16 MiB", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Names_cannot_write_on_the_terminal()
    {
        const string traffic = """{"requestsPerSecond":1,"errorShare":0}""";
        var name = @"a\u001b[31m\nb\tc\u202e";
        var service = $$"""{"id":"{{name}}","namespace":"x","app":"{{name}}","vm":true,"versions":[],"inbound":{{traffic}}}""";
        await using var there = Answering(Encoding.UTF8.GetBytes(Empty
            .Replace("\"services\":[]", $"\"services\":[{service}]", StringComparison.Ordinal)
            .Replace("\"calls\":[]", $$"""
                "calls":[{"from":"{{name}}","to":"{{name}}","traffic":{{traffic}},"mutualTls":"{{name}}","seen":"caller"}]
                """, StringComparison.Ordinal)));
        var run = await EmbarkProgram.RunAsync("topology", "--controller", there.Address);

        run.ShouldEndWith(0);
        Assert.DoesNotContain(run.Output, c => c is '\u001b' or '\t' or '\u202e');
        Assert.Equal(2, run.Output.Count(c => c == '\n'));
        Assert.Contains(@"a\u001b[31m\u000ab\u0009c\u202e (VM)", run.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Nothing_seen_says_how_proxies_come_to_send()
    {
        await using var there = Answering(Encoding.UTF8.GetBytes(Empty));
        var run = await EmbarkProgram.RunAsync("topology", "--controller", there.Address);

        run.ShouldEndWith(0);
        Assert.Contains("--apply-telemetry", run.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("topology --controller nowhere", "want an address such as")]
    [InlineData("topology --controller ftp://127.0.0.1", "want an address such as")]
    [InlineData("topology --since 1s", "from 5s to 1h")]
    [InlineData("metrics", "metrics command requires a <service>[.<namespace>] argument")]
    public async Task Wrong_words_are_told(string words, string said)
    {
        var run = await EmbarkProgram.RunAsync(words.Split(' '));

        run.ShouldEndWith(2);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    private static Server Answering(byte[] body) => new(body);

    /// <summary>Answers every request with the same body.</summary>
    private sealed class Server : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Task _serving;

        public Server(byte[] body)
        {
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
            }
            _listener.Prefixes.Add(Address);
            _listener.Start();
            _serving = ServeAsync(body);
        }

        public string Address { get; }

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _serving;
        }

        private async Task ServeAsync(byte[] body)
        {
            try
            {
                while (true)
                {
                    var asked = await _listener.GetContextAsync();
                    asked.Response.ContentLength64 = body.Length;
                    // Who has read enough hangs up.
                    _ = asked.Response.OutputStream.WriteAsync(body, 0, body.Length).ContinueWith(written =>
                    {
                        if (written.IsCompletedSuccessfully) asked.Response.Close();
                        else asked.Response.Abort();
                    }, TaskScheduler.Default);
                }
            }
            catch (Exception end) when (end is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
