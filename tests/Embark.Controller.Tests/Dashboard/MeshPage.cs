using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;

namespace Embark.Controller.Tests.Dashboard;

/// <summary>The controller's page in a browser: what it draws, what it says, what it asked for.</summary>
internal sealed class MeshPage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentQueue<string> _requests = new();

    private MeshPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _errors.Enqueue($"{message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => _errors.Enqueue(error);
        page.Request += (_, request) => _requests.Enqueue(request.Url);
    }

    public IPage Page { get; }

    /// <summary>What the console got: errors, warnings, and exceptions of scripts.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Everything the page asked for.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public static async Task<MeshPage> OpenAsync(IPage page, Uri address, Func<IPage, Task>? before)
    {
        var opened = new MeshPage(page);
        if (before is not null)
            await before(page);
        await page.GotoAsync(address.ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded });
        await opened.UntilAsync("document.querySelector('#sums div')");
        return opened;
    }

    /// <summary>Waits until a script's expression is true; a wait that is in vain shows the page's text.</summary>
    public async Task UntilAsync(string expression, int seconds = 30)
    {
        // Not by the driver's own wait: it evaluates text inside the page, which the page's policy rightly forbids.
        for (var started = Stopwatch.GetTimestamp(); !await AskAsync<bool>($"Boolean({expression})"); await Task.Delay(50, TestContext.Current.CancellationToken))
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(seconds))
                Assert.Fail($"not within {seconds} s: {expression}\n{await Page.InnerTextAsync("body")}\n{string.Join('\n', Errors)}");
    }

    public Task<T> AskAsync<T>(string expression) => Page.EvaluateAsync<T>(expression);

    /// <summary>What is drawn: nodes by their ids, with a mark for what they are.</summary>
    public async Task<IReadOnlyList<string>> NodesAsync() =>
        await AskAsync<string[]>("meshGraph.nodes().map(n => n.id() + (n.data('vm') ? ' VM' : '') + (n.data('outside') ? ' outside' : '')).sort()");

    /// <summary>What is drawn between them, <c>caller -> called</c>, with <c>failing</c> and <c>quiet</c>, and the kind of the lock.</summary>
    public async Task<IReadOnlyList<string>> EdgesAsync() =>
        await AskAsync<string[]>("meshGraph.edges().map(e => e.source().id() + ' -> ' + e.target().id() + ' ' + e.data('mutualTls') + (e.data('failing') ? ' failing' : '') + (e.data('quiet') ? ' quiet' : '')).sort()");

    /// <summary>Places of nodes and the view of them.</summary>
    public Task<string> PlacesAsync() => AskAsync<string>("JSON.stringify([meshGraph.nodes().map(n => [n.id(), n.position()]).sort(), meshGraph.pan(), meshGraph.zoom()])");

    /// <summary>Words at an edge.</summary>
    public Task<string> WordsAsync(string from, string to) =>
        Page.InnerTextAsync($".edge-words[data-from={JsonSerializer.Serialize(from)}][data-to={JsonSerializer.Serialize(to)}]");

    /// <summary>A tap in the middle of a node, by its place on the screen.</summary>
    public async Task TapAsync(string node)
    {
        var at = await AskAsync<double[]>($"(() => {{ const b = document.getElementById('graph').getBoundingClientRect(), p = meshGraph.getElementById({JsonSerializer.Serialize(node)}).renderedPosition(); return [b.x + p.x, b.y + p.y]; }})()");
        await Page.Mouse.ClickAsync((float)at[0], (float)at[1]);
    }

    /// <summary>By how many pixels the page is wider than the screen.</summary>
    public Task<int> OverhangAsync() => AskAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
