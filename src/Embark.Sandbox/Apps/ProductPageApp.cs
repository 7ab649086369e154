using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Apps;

/// <summary>Bookinfo's product page: what a person sees of details, reviews and ratings.</summary>
internal sealed class ProductPageApp(MeshCalls mesh)
{
    public Task AnswerAsync(HttpContext context) => context.Request.Path.Value?.Trim('/').Split('/') switch
    {
        ["health"] => context.Response.WriteAsync("Product page is healthy", context.RequestAborted),
        [""] or ["productpage"] => PageAsync(context),
        ["api", "v1", "products", var id, "reviews"] when int.TryParse(id, null, out var product) => PassAsync(context, "reviews", $"/reviews/{product}"),
        ["api", "v1", "products", var id, "ratings"] when int.TryParse(id, null, out var product) => PassAsync(context, "ratings", $"/ratings/{product}"),
        ["api", "v1", "products", var id] when int.TryParse(id, null, out var product) => PassAsync(context, "details", $"/details/{product}"),
        _ => JsonAnswer.WriteAsync(context, 404, """{"error":"not found"}"""),
    };

    private async Task PassAsync(HttpContext context, string service, string path)
    {
        var (status, body) = await mesh.GetAsync(context, service, path).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, status, body).ConfigureAwait(false);
    }

    private async Task PageAsync(HttpContext context)
    {
        var details = mesh.GetAsync(context, "details", "/details/0");
        var reviews = mesh.GetAsync(context, "reviews", "/reviews/0");
        var page = new StringBuilder(Head);
        page.Append("<section><h2>Book details</h2>").Append(Details(await details.ConfigureAwait(false))).Append("</section>");
        page.Append("<section><h2>Reviews</h2>").Append(Reviews(await reviews.ConfigureAwait(false))).Append("</section></main></body></html>");
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(page.ToString(), context.RequestAborted).ConfigureAwait(false);
    }

    private static string Details((int Status, string Body) answer)
    {
        if (answer.Status != 200 || JsonNode.Parse(answer.Body) is not JsonObject book)
            return "<p class=\"error\">Product details are currently unavailable.</p>";
        var list = new StringBuilder("<dl>");
        foreach (var (name, value) in book)
            if (name != "id")
                list.Append("<dt>").Append(Text(name)).Append("</dt><dd>").Append(Text(value?.ToString() ?? "")).Append("</dd>");
        return list.Append("</dl>").ToString();
    }

    private static string Reviews((int Status, string Body) answer)
    {
        if (answer.Status != 200 || JsonNode.Parse(answer.Body) is not JsonObject found)
            return "<p class=\"error\">Product reviews are currently unavailable.</p>";
        var list = new StringBuilder();
        foreach (var review in found["reviews"] as JsonArray ?? [])
        {
            list.Append("<blockquote><p>").Append(Text(review!["text"]!.ToString())).Append("</p><footer>").Append(Text(review["reviewer"]!.ToString())).Append("</footer>");
            if (review["rating"]?["stars"] is { } stars)
                list.Append($"<p class=\"stars {Text(review["rating"]!["color"]!.ToString())}\" title=\"{stars} of 5\">").Append(new string('★', stars.GetValue<int>())).Append("</p>");
            else if (review["rating"]?["error"] is { } error)
                list.Append("<p class=\"error\">").Append(Text(error.ToString())).Append("</p>");
            list.Append("</blockquote>");
        }

        return list.Append("<p class=\"from\">served by ").Append(Text(found["podname"]?.ToString() ?? "?")).Append("</p>").ToString();
    }

    private static string Text(string value) => WebUtility.HtmlEncode(value);

    private const string Head = """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Bookinfo in the sandbox</title><style>
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
        main { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
        section { margin-top: 2rem } dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem } dt { opacity: .7 }
        blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 3px solid #8886 } footer { opacity: .7 }
        .stars { font-size: 1.6rem; letter-spacing: .1em; margin: .2rem 0 } .red { color: #d33 } .black { color: CanvasText }
        .error { color: #b33 } .from { opacity: .6; font-size: .85rem }
        </style></head><body><main><h1>The Comedy of Errors</h1><p>A product page in the cluster; its stars come from ratings on the VM.</p>
        """;
}
