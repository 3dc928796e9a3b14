#include "interp/translate/assigned_locals.h"

#include <gtest/gtest.h>

namespace tappet::translate {
namespace {

TEST(AssignedLocals, ReadingBeforeWritingShows) {
  AssignedLocals locals(3);
  locals.write(0);
  locals.read(0);
  locals.read(1);
  locals.write(1);
  locals.read(1);
  EXPECT_FALSE(locals.may_be_read_before(0));
  EXPECT_TRUE(locals.may_be_read_before(1));
  EXPECT_FALSE(locals.may_be_read_before(2));
}

// What one arm assigns says nothing about the code behind both.
TEST(AssignedLocals, WhatABlockAssignsEndsWithIt) {
  AssignedLocals locals(2);
  locals.write(0);
  const uint32_t block = locals.mark();
  locals.write(0);
  locals.write(1);
  locals.read(1);
  locals.reset(block);
  locals.read(0);
  EXPECT_FALSE(locals.may_be_read_before(0));
  EXPECT_FALSE(locals.may_be_read_before(1));
  locals.read(1);
  EXPECT_TRUE(locals.may_be_read_before(1));
}

TEST(AssignedLocals, InnerMarksNest) {
  AssignedLocals locals(2);
  const uint32_t outer = locals.mark();
  locals.write(0);
  const uint32_t inner = locals.mark();
  locals.write(1);
  locals.reset(inner);
  locals.read(0);
  EXPECT_FALSE(locals.may_be_read_before(0));
  locals.reset(outer);
  locals.read(0);
  EXPECT_TRUE(locals.may_be_read_before(0));
}

}  // namespace
}  // namespace tappet::translate
