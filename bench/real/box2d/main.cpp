// A physics engine, all in single precision: boxes are stacked, a chain swings into them, balls
// fall on top.
#include <Box2D/Box2D.h>

#include <cstdio>

#include "job.h"

namespace {

b2Body* add(b2World& world, b2BodyType type, float x, float y, const b2Shape& shape) {
  b2BodyDef definition;
  definition.type = type;
  definition.position.Set(x, y);
  b2Body* body = world.CreateBody(&definition);
  b2FixtureDef fixture;
  fixture.shape = &shape;
  fixture.density = 1.0f;
  fixture.friction = 0.3f;
  fixture.restitution = 0.2f;
  body->CreateFixture(&fixture);
  return body;
}

void add_pyramid(b2World& world, int rows) {
  b2PolygonShape box;
  box.SetAsBox(0.5f, 0.5f);
  for (int row = 0; row < rows; ++row)
    for (int i = row; i < rows; ++i)
      add(world, b2_dynamicBody, (i - row * 0.5f) * 1.125f - 8.0f, 0.75f + row * 1.25f, box);
}

void add_chain(b2World& world, b2Body* ground, int links) {
  b2PolygonShape plank;
  plank.SetAsBox(0.6f, 0.125f);
  b2Body* before = ground;
  b2RevoluteJointDef joint;
  for (int i = 0; i < links; ++i) {
    b2Body* link = add(world, b2_dynamicBody, 15.5f + i, 25.0f, plank);
    joint.Initialize(before, link, b2Vec2(15.0f + i, 25.0f));
    world.CreateJoint(&joint);
    before = link;
  }
}

uint64_t places(b2World& world) {
  uint64_t result = kDigest;
  for (b2Body* body = world.GetBodyList(); body != nullptr; body = body->GetNext())
    result = digest(result, &body->GetPosition(), sizeof(b2Vec2));
  return result;
}

}  // namespace

int main() {
  b2World world(b2Vec2(0.0f, -10.0f));
  b2EdgeShape floor;
  floor.Set(b2Vec2(-60.0f, 0.0f), b2Vec2(60.0f, 0.0f));
  b2Body* ground = add(world, b2_staticBody, 0.0f, 0.0f, floor);
  add_pyramid(world, 16);
  add_chain(world, ground, 20);
  b2CircleShape ball;
  ball.m_radius = 0.4f;
  for (int step = 0; step < WORK; ++step) {
    if (step % 8 == 0 && step < 400)
      add(world, b2_dynamicBody, -8.0f + step % 56 * 0.25f, 30.0f, ball);
    world.Step(1.0f / 60.0f, 8, 3);
    if (step % 50 == 49)
      printf("%d: %d bodies, %d contacts, %016llx\n", step + 1, world.GetBodyCount(),
             world.GetContactCount(), static_cast<unsigned long long>(places(world)));
  }
  return 0;
}
