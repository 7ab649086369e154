using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Apps;

/// <summary>Bookinfo's reviews service: version 1 without stars, 2 with black ones, 3 with red ones, asked of ratings.</summary>
internal sealed class ReviewsApp(string version, string pod, MeshCalls mesh)
{
    private string? Color => version switch { "v1" => null, "v2" => "black", _ => "red" };

    public Task AnswerAsync(HttpContext context) => context.Request.Path.Value?.Trim('/').Split('/') switch
    {
        ["health"] => JsonAnswer.WriteAsync(context, 200, """{"status":"Reviews is healthy"}"""),
        ["reviews", var id] when int.TryParse(id, null, out var product) => ReviewsAsync(context, product),
        _ => JsonAnswer.WriteAsync(context, 404, """{"error":"not found"}"""),
    };

    private async Task ReviewsAsync(HttpContext context, int product)
    {
        JsonObject? stars = null;
        string? problem = null;
        if (Color is not null)
        {
            var (status, body) = await mesh.GetAsync(context, "ratings", $"/ratings/{product}").ConfigureAwait(false);
            stars = status == 200 ? JsonNode.Parse(body)?["ratings"] as JsonObject : null;
            problem = stars is null ? $"Ratings service is currently unavailable ({status})" : null;
        }

        var answer = new JsonObject
        {
            ["id"] = product.ToString(null, null),
            ["podname"] = pod,
            ["reviews"] = new JsonArray(
                Review("Reviewer1", "An extremely entertaining play. The plot twists kept me on the edge of my seat.", stars, problem),
                Review("Reviewer2", "Absolutely fun and entertaining. It lacks thematic depth, but that is part of its charm.", stars, problem)),
        };
        await JsonAnswer.WriteAsync(context, 200, answer.ToJsonString()).ConfigureAwait(false);
    }

    private JsonObject Review(string reviewer, string text, JsonObject? stars, string? problem)
    {
        var review = new JsonObject { ["reviewer"] = reviewer, ["text"] = text };
        if (stars?[reviewer] is { } count)
            review["rating"] = new JsonObject { ["stars"] = count.GetValue<int>(), ["color"] = Color };
        else if (problem is not null)
            review["rating"] = new JsonObject { ["error"] = problem };
        return review;
    }
}
